-- case: a table loses a column whose row type functions and other functions' bodies use
-- expect: lossless
-- check: SELECT shown(v) = 'Video 5 (av1)' OR shown(v) = 'Video 5 (h264)' FROM videos v WHERE id = 5
-- check: SELECT count(*) = 1 FROM longest()
-- before:
CREATE FUNCTION longest() RETURNS SETOF videos LANGUAGE sql STABLE AS $$ SELECT * FROM videos ORDER BY duration_seconds DESC LIMIT 1 $$;
CREATE FUNCTION shown(v videos) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT v.title || ' (' || v.codec || ')' $$;
CREATE FUNCTION video_count() RETURNS bigint LANGUAGE sql BEGIN ATOMIC SELECT count(*) FROM videos; END;
COMMENT ON FUNCTION shown(videos) IS 'For lists';
-- up:
ALTER TABLE videos DROP COLUMN meta;
-- after:
INSERT INTO videos (path, duration_seconds) VALUES ('/media/new.mp4', 5);
DELETE FROM videos WHERE id = 6;
