-- case: views are dropped and others added, with rules, defaults and triggers of their own
-- expect: lossless
-- check: SELECT has_column_privilege('public', 'product_titles', 'title', 'SELECT')
-- check: SELECT count(*) = 0 FROM pg_class WHERE relname IN ('cheap', 'cheaper')
-- before:
ALTER VIEW product_titles ALTER COLUMN title SET DEFAULT 'untitled';
CREATE FUNCTION no_change() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER product_titles_read INSTEAD OF UPDATE ON product_titles FOR EACH ROW EXECUTE FUNCTION no_change();
CREATE RULE product_titles_keep AS ON DELETE TO product_titles DO INSTEAD NOTHING;
-- up:
DROP VIEW product_titles;
CREATE VIEW cheap AS SELECT * FROM products WHERE price < 10 WITH LOCAL CHECK OPTION;
CREATE VIEW cheaper WITH (security_invoker) AS SELECT id, title FROM cheap WHERE price < 5;
-- after:
UPDATE cheap SET stock = 77 WHERE id = 4;
