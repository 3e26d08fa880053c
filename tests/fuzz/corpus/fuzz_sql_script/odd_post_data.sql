--
-- PostgreSQL database dump
--

\restrict fixture

-- Dumped from database version 15.20 (Debian 15.20-0+deb12u1)
-- Dumped by pg_dump version 15.20 (Debian 15.20-0+deb12u1)

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;

SET default_tablespace = '';

--
-- Name: quo"te; Type: VIEW; Schema: no; Owner: me quo"te; Type: VIEW; Schema: no; Owner: me_pkey; Type: CONSTRAINT; Schema: Od;d; Owner: postgres
--

ALTER TABLE ONLY "Od;d"."quo""te; Type: VIEW; Schema: no; Owner: me"
    ADD CONSTRAINT "quo""te; Type: VIEW; Schema: no; Owner: me_pkey" PRIMARY KEY (id);


--
-- Name: asset asset_during_excl; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.asset
    ADD CONSTRAINT asset_during_excl EXCLUDE USING gist (during WITH &&);


--
-- Name: asset asset_na me_key; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.asset
    ADD CONSTRAINT "asset_na me_key" UNIQUE ("na me");


--
-- Name: asset asset_pkey; Type: CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.asset
    ADD CONSTRAINT asset_pkey PRIMARY KEY (id);


--
-- Name: Upper Index; Type: INDEX; Schema: media; Owner: postgres
--

CREATE UNIQUE INDEX "Upper Index" ON media.asset USING btree (lower(body), ((';'::text || body))) INCLUDE (parent) WHERE (body <> ';'::text);


--
-- Name: mv_id_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX mv_id_idx ON public.mv USING btree (id);


--
-- Name: parted_k; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX parted_k ON ONLY public.parted USING btree (k);


--
-- Name: parted_1_k_idx; Type: INDEX; Schema: public; Owner: postgres
--

CREATE INDEX parted_1_k_idx ON public.parted_1 USING btree (k);


--
-- Name: parted_1_k_idx; Type: INDEX ATTACH; Schema: public; Owner: postgres
--

ALTER INDEX public.parted_k ATTACH PARTITION public.parted_1_k_idx;


--
-- Name: v r; Type: RULE; Schema: public; Owner: postgres
--

CREATE RULE r AS
    ON INSERT TO public.v DO INSTEAD ( INSERT INTO media.asset (body)
  VALUES (new.a);
 DELETE FROM media.asset
  WHERE false;
);


--
-- Name: asset tr;ig; Type: TRIGGER; Schema: media; Owner: postgres
--

CREATE TRIGGER "tr;ig" BEFORE INSERT ON media.asset FOR EACH ROW WHEN ((new.body <> ';'::text)) EXECUTE FUNCTION public.trg();


--
-- Name: asset asset_parent_fkey; Type: FK CONSTRAINT; Schema: media; Owner: postgres
--

ALTER TABLE ONLY media.asset
    ADD CONSTRAINT asset_parent_fkey FOREIGN KEY (parent) REFERENCES media.asset(id) ON DELETE CASCADE;


--
-- Name: DEFAULT PRIVILEGES FOR TABLES; Type: DEFAULT ACL; Schema: media; Owner: postgres
--

ALTER DEFAULT PRIVILEGES FOR ROLE postgres IN SCHEMA media GRANT SELECT ON TABLES  TO reader;


--
-- Name: mv; Type: MATERIALIZED VIEW DATA; Schema: public; Owner: postgres
--

REFRESH MATERIALIZED VIEW public.mv;


--
-- PostgreSQL database dump complete
--

\unrestrict fixture

