-- Name: a; Type: ACL; Schema: -; Owner: o
ALTER TABLE t OWNER TO "x";
SELECT 'open