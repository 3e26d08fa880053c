-- case: extended statistics are added, dropped and get another target
-- expect: lossless
-- check: SELECT count(*) = 2 AND bool_and(stxstattarget IN (-1, 500)) FROM pg_statistic_ext
-- before:
CREATE STATISTICS users_stats (mcv) ON role, is_active FROM users;
CREATE STATISTICS orders_stats ON (date_trunc('day', placed_at)), user_id FROM orders;
ALTER STATISTICS orders_stats SET STATISTICS 500;
-- up:
DROP STATISTICS users_stats;
ALTER STATISTICS orders_stats SET STATISTICS 100;
CREATE STATISTICS videos_stats (ndistinct) ON codec, title FROM videos;
ALTER TABLE users ALTER COLUMN role SET STATISTICS 1000;
-- after:
UPDATE orders SET note = 'x' WHERE id = 'o3';
