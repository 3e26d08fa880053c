-- Rows for the demo stack: the same ones every time (no clock, no random numbers), every foreign key satisfied.
--   psql -v ON_ERROR_STOP=1 [-v scale=0.1] -f schema.sql -f data.sql
-- About 250,000 rows at scale 1; the larger tables grow with it, whereas settings and templates stay as few as they are.

\set ON_ERROR_STOP on
\if :{?scale}
\else
  \set scale 1
\endif

BEGIN;
SET LOCAL timezone = 'UTC';
SET LOCAL client_min_messages = warning;
SET LOCAL jit = off;

-- How many rows "count" means at this scale.
CREATE FUNCTION pg_temp.size(count integer) RETURNS integer IMMUTABLE LANGUAGE sql
  AS $$ SELECT greatest(1, floor(count * current_setting('demo.scale')::numeric))::integer $$;
SELECT set_config('demo.scale', :'scale', true) \g /dev/null

-- The functions below are inlined by the planner, for which they must be immutable through and through:
-- n::text is, whereas text || bigint is not.

-- The key of row n of a table, with the look of cuid().
CREATE FUNCTION pg_temp.key(kind text, n bigint) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT 'c' || substr(md5(kind || n::text), 1, 24) $$;
-- A number in 0 .. bound-1 that looks like chance.
CREATE FUNCTION pg_temp.dice(kind text, n bigint, bound integer) RETURNS integer IMMUTABLE LANGUAGE sql
  AS $$ SELECT ((('x' || substr(md5(kind || n::text), 1, 8))::bit(32)::bigint) % bound)::integer $$;
-- Row n, or one that looks picked by chance, of another table of "count" rows.
CREATE FUNCTION pg_temp.other(kind text, n bigint, count integer) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT pg_temp.key(kind, 1 + pg_temp.dice(kind, n, count)) $$;
CREATE FUNCTION pg_temp.pick(choices text[], n bigint) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT choices[1 + (n % cardinality(choices))::integer] $$;
-- A moment within the year before the story's present day.
CREATE FUNCTION pg_temp.moment(kind text, n bigint) RETURNS timestamp(3) IMMUTABLE LANGUAGE sql
  AS $$ SELECT timestamp '2025-02-01 06:00' + pg_temp.dice(kind, n, 31000000) * interval '1 second'
             + pg_temp.dice(kind, n + 1, 1000) * interval '1 millisecond' $$;
CREATE FUNCTION pg_temp.first_name(n bigint) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT pg_temp.pick('{Amara,Björn,Chloé,Dmitri,Esperanza,Farid,Grace,Hiroshi,Ingrid,João,Kateri,Léa,Mohammed,
                              Nadia,Olu,Priya,Quinn,Rosa,Siobhán,Tomasz,Uma,Viktor,Wei,Xiomara,Yusuf,Zoë}', n) $$;
CREATE FUNCTION pg_temp.last_name(n bigint) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT pg_temp.pick('{Abenov,Bélanger,Cardinal,Desjarlais,Eriksen,Fontaine,Gill,Haddad,Ibarra,Jensen,Kowalski,
                              Lévesque,MacDonald,Nguyen,O''Neill,Papadopoulos,Quintero,Rahman,Sørensen,Tremblay,Ünal,
                              Villeneuve,Whitford,Xu,Yellowbird,Zimmermann}', n / 26 + n) $$;
CREATE FUNCTION pg_temp.postal_code(n bigint) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT 'T' || (5 + n % 2)::text || chr((65 + n / 2 % 26)::integer) || ' ' || (n / 52 % 10)::text
             || chr((65 + n / 520 % 26)::integer) || (n / 13520 % 10)::text $$;
CREATE FUNCTION pg_temp.prose(kind text, n bigint, sentences integer) RETURNS text IMMUTABLE LANGUAGE sql
  AS $$ SELECT string_agg(pg_temp.pick('{"Our neighbours have asked for this crossing since last spring.",
          "The bus stops running before the evening shift ends, and people walk home along the highway.",
          "We counted forty households on this block alone.",
          "Please tell us how you intend to vote, and why.",
          "A reply in writing would help us to plan the next meeting.",
          "The library hours were cut twice within one year.",
          "I have lived here for thirty years and never saw the river so low.",
          "Children cross at this corner every morning.",
          "The budget passed in March names no date for the repairs.",
          "Thank you for taking the time to read this.",
          "Half of the units in our building were without heat in January.",
          "We would be glad to show you around."}', pg_temp.dice(kind, n * 31 + i, 12)), ' ' ORDER BY i)
        FROM generate_series(1, sentences) AS i $$;

-- The checksums are those of the files in tests/stack/migrations/api/prisma/migrations, as Prisma takes them: SHA-256.
INSERT INTO "_prisma_migrations" ("id", "checksum", "migration_name", "started_at", "finished_at", "applied_steps_count")
SELECT substr(h, 1, 8) || '-' || substr(h, 9, 4) || '-4' || substr(h, 14, 3) || '-a' || substr(h, 18, 3) || '-' || substr(h, 21, 12),
       checksum, name, at, at + interval '0.42 second', 1
FROM (VALUES ('20260211120000_initial', '132495bd723ed50189b8c5e350d9f2b444ab4129b90752ce9a60c73e1283364a', timestamptz '2026-02-11 12:05:10+00'),
             ('20260211125000_add_refresh_tokens', '5b3a35ff63af871b69ba03fdde438a5f4d04ba4c0204a6fbe6ba48c8d753ddd6', '2026-02-11 12:51:03+00'),
             ('20260212100000_add_canvass_system', '38b5976c7d6d876284e5543272a29d1f3a87c2b3e8d65b72b35b3e53506ee14b', '2026-02-12 10:02:44+00'),
             ('20260212163000_add_email_templates', 'ed4ab944d34eada27cab5a45a4256e2019c76c796cb98abf9c05e6e6face7692', '2026-02-12 16:31:27+00')) AS m(name, checksum, at), md5(name) AS h;

INSERT INTO "users"
SELECT pg_temp.key('users', n), lower('user' || n || '@example.org'), '$2b$12$' || substr(md5('a' || n) || md5('b' || n), 1, 53),
       pg_temp.first_name(n) || ' ' || pg_temp.last_name(n), '+1780555' || lpad((n % 10000)::text, 4, '0'),
       (CASE WHEN n = 1 THEN 'SUPER_ADMIN' ELSE pg_temp.pick('{VOLUNTEER,SUPPORTER,VOLUNTEER,SUPPORTER,MAP_ADMIN,CAMPAIGN_ADMIN}', n) END)::"UserRole",
       pg_temp.pick('{ACTIVE,ACTIVE,ACTIVE,ACTIVE,INVITED,ACTIVE,SUSPENDED,EXPIRED}', n)::"UserStatus",
       jsonb_build_object('map', n % 3 = 0, 'campaigns', n % 5 = 0, 'media', jsonb_build_array('view', CASE WHEN n % 7 = 0 THEN 'upload' END)),
       n % 4 > 0, CASE WHEN n % 6 > 0 THEN pg_temp.moment('login', n) END, pg_temp.moment('users', n), pg_temp.moment('users', n) + interval '3 days'
FROM generate_series(1, pg_temp.size(400)) AS n;

INSERT INTO "refresh_tokens"
SELECT pg_temp.key('refresh_tokens', n), md5('token' || n) || md5('more' || n), pg_temp.other('users', n, pg_temp.size(400)),
       pg_temp.moment('refresh', n) + interval '7 days', pg_temp.moment('refresh', n)
FROM generate_series(1, pg_temp.size(1200)) AS n;

INSERT INTO "campaigns"
SELECT pg_temp.key('campaigns', n), 'campaign-' || n, pg_temp.pick('{Safe crossings,Night buses,Warm homes,Open libraries,Clean river}', n) || ' ' || n,
       pg_temp.prose('campaign', n, 3), 'Please act on ' || pg_temp.pick('{crossings,buses,heating,libraries,the river}', n),
       E'Dear {{representative}},\n\n' || pg_temp.prose('body', n, 6) || E'\n\nSincerely,\n{{name}}',
       pg_temp.pick('{ACTIVE,ACTIVE,PAUSED,DRAFT,ARCHIVED}', n)::"CampaignStatus",
       CASE WHEN n % 3 = 0 THEN '{FEDERAL,PROVINCIAL}' ELSE '{MUNICIPAL}' END::"GovernmentLevel"[], n % 4 = 0,
       jsonb_build_object('goal', 500 * n, 'share', jsonb_build_object('text', 'I wrote in. “You can too.”', 'image', NULL), 'steps', '["write","call"]'::jsonb),
       pg_temp.other('users', n, pg_temp.size(400)), pg_temp.moment('campaign', n), pg_temp.moment('campaign', n) + interval '1 day'
FROM generate_series(1, 24) AS n;

INSERT INTO "representatives"
SELECT pg_temp.key('representatives', n), pg_temp.postal_code(n * 17), pg_temp.first_name(n * 5) || ' ' || pg_temp.last_name(n * 3),
       'office' || n || '@parliament.example', 'District ' || n % 87, pg_temp.pick('{FEDERAL,PROVINCIAL,MUNICIPAL,SCHOOL_BOARD}', n)::"GovernmentLevel",
       CASE WHEN n % 4 < 2 THEN pg_temp.pick('{Independent,Commons,Prairie,Harbour}', n / 4) END,
       jsonb_build_array(jsonb_build_object('type', 'constituency', 'tel', '780-555-' || lpad((n % 10000)::text, 4, '0'), 'postal', n || ' Whyte Ave'),
                         jsonb_build_object('type', 'legislature', 'fax', NULL)),
       'https://img.example/' || md5('photo' || n) || '.jpg', pg_temp.moment('rep', n)
FROM generate_series(1, pg_temp.size(900)) AS n;

INSERT INTO "campaign_emails"
SELECT pg_temp.key('campaign_emails', n), pg_temp.other('campaigns', n, 24), CASE WHEN n % 9 > 0 THEN pg_temp.other('representatives', n, pg_temp.size(900)) END,
       CASE WHEN n % 3 = 0 THEN pg_temp.other('users', n, pg_temp.size(400)) END, pg_temp.first_name(n) || ' ' || pg_temp.last_name(n), 'writer' || n % 7000 || '@example.net',
       pg_temp.postal_code(n), 'Please act, number ' || n, pg_temp.prose('mail', n, 2 + (n % 5)::integer), (CASE WHEN n % 8 = 0 THEN 'MAILTO' ELSE 'SMTP' END)::"EmailMethod",
       pg_temp.pick('{SENT,SENT,OPENED,SENT,QUEUED,BOUNCED,SENT}', n)::"EmailStatus", pg_temp.moment('mail', n) + interval '2 seconds', pg_temp.moment('mail', n)
FROM generate_series(1, pg_temp.size(18000)) AS n;

INSERT INTO "representative_responses"
SELECT pg_temp.key('representative_responses', n), pg_temp.other('campaigns', n, 24), pg_temp.other('representatives', n, pg_temp.size(900)),
       CASE WHEN n % 2 = 0 THEN pg_temp.other('users', n, pg_temp.size(400)) END, pg_temp.pick('{EMAIL,LETTER,PHONE_CALL,MEETING,SOCIAL_MEDIA}', n)::"ResponseType",
       pg_temp.pick('{APPROVED,PENDING,APPROVED,REJECTED}', n)::"ResponseStatus", pg_temp.prose('response', n, 5), n % 3 = 0, (n % 40)::integer,
       pg_temp.moment('response', n), pg_temp.moment('response', n) + interval '1 hour'
FROM generate_series(1, pg_temp.size(1500)) AS n;

-- Row n of a pair table takes member n % a of the one and n / a of the other: no pair comes twice.
INSERT INTO "response_upvotes"
SELECT pg_temp.key('response_upvotes', n), pg_temp.key('representative_responses', 1 + n % pg_temp.size(1500)),
       pg_temp.key('users', 1 + n / pg_temp.size(1500)), '203.0.113.' || n % 256, pg_temp.moment('upvote', n)
FROM generate_series(0, least(pg_temp.size(6000), pg_temp.size(1500) * pg_temp.size(400)) - 1) AS n;

INSERT INTO "custom_recipients"
SELECT pg_temp.key('custom_recipients', n), pg_temp.key('campaigns', 1 + n % 24), pg_temp.first_name(n) || ' ' || pg_temp.last_name(n),
       'desk' || n || '@agency.example', pg_temp.pick('{Director,Editor,"Head of planning"}', n), n % 10 > 0, pg_temp.moment('recipient', n)
FROM generate_series(1, 120) AS n;

INSERT INTO "postal_code_cache"
SELECT pg_temp.key('postal_code_cache', n), pg_temp.postal_code(n), pg_temp.pick('{Edmonton,"St. Albert",Leduc,"Sherwood Park"}', n), 'AB',
       53.3 + pg_temp.dice('lat', n, 4000000) / 1e7, -113.8 + pg_temp.dice('lng', n, 6000000) / 1e7,
       CASE WHEN n % 4 = 0 THEN jsonb_build_object('type', 'Point', 'ids', jsonb_build_array(n, n + 1)) END, pg_temp.moment('postal', n)
FROM generate_series(1, pg_temp.size(3000)) AS n;

INSERT INTO "email_logs"
SELECT pg_temp.key('email_logs', n), CASE WHEN n % 10 > 0 THEN pg_temp.other('campaigns', n, 24) END, 'office' || n % 900 || '@parliament.example', 'Please act, number ' || n,
       pg_temp.pick('{SENT,SENT,SENT,OPENED,BOUNCED,SENT,FAILED,QUEUED}', n)::"EmailStatus",
       CASE WHEN n % 7 = 4 THEN E'550 5.1.1 no such mailbox\\n(path C:\\mail\\out\t' || n || ')' ELSE '250 2.0.0 queued as ' || upper(substr(md5('queue' || n), 1, 10)) END,
       jsonb_build_object('message-id', '<' || md5('id' || n) || '@mail.example>', 'x-campaign', n % 24, 'to', jsonb_build_array('office' || n % 900)),
       20 + pg_temp.dice('ms', n, 900), pg_temp.moment('log', n)
FROM generate_series(1, pg_temp.size(40000)) AS n;

INSERT INTO "email_verifications"
SELECT pg_temp.key('email_verifications', n), pg_temp.other('users', n * 3, pg_temp.size(400)), md5('verify' || n) || md5(n::text),
       CASE WHEN n % 4 > 0 THEN pg_temp.moment('verify', n) + interval '5 minutes' END, pg_temp.moment('verify', n) + interval '1 day', pg_temp.moment('verify', n)
FROM generate_series(1, pg_temp.size(600)) AS n;

INSERT INTO "calls"
SELECT pg_temp.key('calls', n), pg_temp.other('campaigns', n, 24), CASE WHEN n % 5 > 0 THEN pg_temp.other('representatives', n, pg_temp.size(900)) END,
       pg_temp.first_name(n * 7), '780-555-' || lpad((n % 10000)::text, 4, '0'), pg_temp.pick('{ANSWERED,VOICEMAIL,NO_ANSWER,ANSWERED,WRONG_NUMBER}', n)::"CallOutcome",
       (n % 900)::smallint, CASE WHEN n % 3 = 0 THEN pg_temp.prose('call', n, 1) END, pg_temp.moment('call', n)
FROM generate_series(1, pg_temp.size(5000)) AS n;

INSERT INTO "locations"
SELECT pg_temp.key('locations', n), 10000 + n % 8000 || ' ' || n % 190 || ' ' || pg_temp.pick('{Street,Avenue,"Road NW",Crescent}', n) || ', Edmonton', pg_temp.postal_code(n),
       53.3 + pg_temp.dice('loclat', n, 4000000) / 1e7, -113.8 + pg_temp.dice('loclng', n, 6000000) / 1e7,
       CASE WHEN n % 20 = 0 THEN 'rooftop' WHEN n % 20 > 1 THEN (50 + n % 51)::text END, pg_temp.pick('{NOMINATIM,MAPBOX,ARCGIS,NOMINATIM,MANUAL}', n)::"GeocodeProvider",
       CASE WHEN n % 15 = 0 THEN E'Buzzer is broken;\nuse the side door.' END,
       CASE WHEN n % 3 = 0 THEN jsonb_build_array('apartment', 'ward-' || n % 12) ELSE '[]' END,
       pg_temp.other('users', n, pg_temp.size(400)), CASE WHEN n % 4 = 0 THEN pg_temp.other('users', n + 1, pg_temp.size(400)) END, pg_temp.moment('loc', n), pg_temp.moment('loc', n) + interval '9 days'
FROM generate_series(1, pg_temp.size(20000)) AS n;

INSERT INTO "addresses"
SELECT pg_temp.key('addresses', n), pg_temp.key('locations', 1 + n % pg_temp.size(20000)), (1 + n / pg_temp.size(20000))::text,
       CASE WHEN n % 3 > 0 THEN pg_temp.first_name(n) END, CASE WHEN n % 3 > 0 THEN pg_temp.last_name(n) END, CASE WHEN n % 4 = 0 THEN 'resident' || n || '@example.com' END,
       CASE WHEN n % 6 = 0 THEN '587-555-' || lpad((n % 10000)::text, 4, '0') END, CASE WHEN n % 2 = 0 THEN pg_temp.pick('{STRONG,LEANING,UNDECIDED,OPPOSED}', n / 2) END::"SupportLevel",
       n % 9 = 0, CASE WHEN n % 8 = 0 THEN pg_temp.prose('address', n, 1) END, pg_temp.moment('address', n), pg_temp.moment('address', n) + interval '2 days'
FROM generate_series(1, pg_temp.size(30000)) AS n;

INSERT INTO "location_history"
SELECT pg_temp.key('location_history', n), pg_temp.other('locations', n, pg_temp.size(20000)), pg_temp.other('users', n, pg_temp.size(400)),
       pg_temp.pick('{CREATED,EDITED,MOVED,EDITED,MERGED}', n)::"HistoryAction", pg_temp.pick('{address,latitude,tags}', n), to_jsonb(n), jsonb_build_object('value', n + 1, 'by', 'import'),
       pg_temp.moment('history', n)
FROM generate_series(1, pg_temp.size(15000)) AS n;

INSERT INTO "cuts"
SELECT pg_temp.key('cuts', n), 'Cut ' || n, CASE WHEN n % 2 = 0 THEN pg_temp.prose('cut', n, 1) END, pg_temp.pick('{POLL,WARD,NEIGHBOURHOOD,CUSTOM}', n)::"CutCategory",
       '#' || substr(md5('colour' || n), 1, 6), 0.1 + n % 8 / 10.0,
       jsonb_build_object('type', 'Polygon', 'coordinates', jsonb_build_array((
         SELECT jsonb_agg(jsonb_build_array(round((-113.5 + n / 300.0 + 0.01 * cosd(i % 120 * 3.0))::numeric, 6), round((53.5 + 0.01 * sind(i % 120 * 3.0))::numeric, 6)) ORDER BY i)
         FROM generate_series(0, 120) AS i))),
       n % 3 = 0, pg_temp.other('users', n, pg_temp.size(400)), pg_temp.moment('cut', n), pg_temp.moment('cut', n)
FROM generate_series(1, 60) AS n;

INSERT INTO "shifts"
SELECT pg_temp.key('shifts', n), pg_temp.pick('{"Door knocking","Phone bank","Leaflet drop"}', n) || ' ' || n, CASE WHEN n % 2 = 0 THEN pg_temp.prose('shift', n, 2) END,
       date '2025-03-01' + (n % 330)::integer, lpad((9 + n % 9)::text, 2, '0') || ':00', lpad((12 + n % 9)::text, 2, '0') || ':30', 'Community hall ' || n % 14, (5 + n % 20)::integer,
       pg_temp.pick('{OPEN,DONE,FULL,DONE,CANCELLED}', n)::"ShiftStatus", CASE WHEN n % 4 > 0 THEN pg_temp.other('cuts', n, 60) END, pg_temp.other('users', n, pg_temp.size(400)),
       pg_temp.moment('shift', n), pg_temp.moment('shift', n)
FROM generate_series(1, pg_temp.size(500)) AS n;

INSERT INTO "shift_signups"
SELECT pg_temp.key('shift_signups', n), pg_temp.key('shifts', 1 + n % pg_temp.size(500)),
       CASE WHEN n % 5 > 0 THEN pg_temp.other('users', n, pg_temp.size(400)) END, 'volunteer' || n / pg_temp.size(500) || '@example.org', pg_temp.first_name(n),
       pg_temp.pick('{CONFIRMED,CONFIRMED,CONFIRMED,WAITLISTED,CANCELLED}', n)::"SignupStatus", pg_temp.moment('signup', n)
FROM generate_series(1, pg_temp.size(4000)) AS n;

INSERT INTO "map_settings" VALUES (pg_temp.key('map_settings', 1), 53.5461245, -113.4938229, 12,
       '{"title": "Walk sheet", "columns": ["unit", "name", "support"], "qr": {"size": 120}}', '2026-02-12 09:00');

INSERT INTO "canvass_sessions"
SELECT pg_temp.key('canvass_sessions', n), pg_temp.other('users', n, pg_temp.size(400)), pg_temp.other('cuts', n, 60), CASE WHEN n % 3 > 0 THEN pg_temp.other('shifts', n, pg_temp.size(500)) END,
       pg_temp.pick('{COMPLETED,COMPLETED,COMPLETED,ABANDONED,RUNNING}', n)::"SessionStatus", pg_temp.moment('canvass', n),
       CASE WHEN n % 5 < 4 THEN pg_temp.moment('canvass', n) + interval '150 minutes' END
FROM generate_series(1, pg_temp.size(1500)) AS n;

INSERT INTO "canvass_visits"
SELECT pg_temp.key('canvass_visits', n), pg_temp.key('canvass_sessions', 1 + n % pg_temp.size(1500)), pg_temp.other('addresses', n, pg_temp.size(30000)),
       pg_temp.other('users', n % pg_temp.size(1500), pg_temp.size(400)), pg_temp.pick('{NOT_HOME,SPOKE_WITH,NOT_HOME,LEFT_LITERATURE,REFUSED,MOVED_AWAY}', n)::"VisitOutcome",
       CASE WHEN n % 6 = 1 THEN pg_temp.pick('{STRONG,LEANING,UNDECIDED,OPPOSED}', n / 6) END::"SupportLevel", CASE WHEN n % 12 = 1 THEN pg_temp.prose('visit', n, 1) END,
       pg_temp.moment('visit', n)
FROM generate_series(1, pg_temp.size(20000)) AS n;

INSERT INTO "tracking_sessions"
SELECT pg_temp.key('tracking_sessions', n), pg_temp.other('users', n, pg_temp.size(400)), CASE WHEN n <= pg_temp.size(1000) THEN pg_temp.key('canvass_sessions', n) END,
       (CASE WHEN n % 9 = 0 THEN 'ABANDONED' ELSE 'COMPLETED' END)::"SessionStatus", pg_temp.dice('distance', n, 900000) / 100.0, pg_temp.moment('track', n),
       pg_temp.moment('track', n) + interval '2 hours'
FROM generate_series(1, pg_temp.size(1200)) AS n;

-- A walk: every point lies a step away from the one before it.
INSERT INTO "track_points" ("tracking_session_id", "latitude", "longitude", "accuracy", "recorded_at")
SELECT pg_temp.key('tracking_sessions', 1 + n % sessions), 53.5 + n / sessions * 0.00012 + n % sessions * 0.00002, -113.5 + n / sessions * 0.00009,
       3 + n % 17 / 2.0, timestamp '2025-06-01 17:00' + n % sessions * interval '3 hours' + n / sessions * interval '20 seconds'
FROM pg_temp.size(1200) AS sessions, generate_series(0, pg_temp.size(80000) - 1) AS n;

INSERT INTO "site_settings"
SELECT pg_temp.key('site_settings', 1), 'Riverbend Neighbours', decode(string_agg(md5('logo' || i), '' ORDER BY i), 'hex'),
       '{"primary": "#1b6f5c", "dark": true, "fonts": ["Inter", "Noto Sans"]}', '{"media": true, "canvass": true, "sms": false}', '2026-02-12 09:00'
FROM generate_series(1, 500) AS i;

INSERT INTO "landing_pages"
SELECT pg_temp.key('landing_pages', n), 'page-' || n, 'Page ' || n, jsonb_build_array(jsonb_build_object('type', 'hero', 'title', 'Hello ' || n), jsonb_build_object('type', 'text', 'body', pg_temp.prose('hero', n, 4))),
       '<main><h1>Page ' || n || '</h1><p>' || pg_temp.prose('html', n, 20) || '</p></main>', n % 3 > 0, pg_temp.other('users', n, pg_temp.size(400)), pg_temp.moment('page', n), pg_temp.moment('page', n)
FROM generate_series(1, 40) AS n;

INSERT INTO "page_blocks"
SELECT pg_temp.key('page_blocks', n), pg_temp.key('landing_pages', 1 + n % 40), pg_temp.pick('{hero,text,signup,gallery}', n), (n / 40)::integer,
       jsonb_build_object('heading', 'Part ' || n, 'body', pg_temp.prose('block', n, 3), 'style', jsonb_build_object('pad', n % 5, 'wide', n % 2 = 0)), pg_temp.moment('block', n)
FROM generate_series(1, 320) AS n;

INSERT INTO "email_templates"
SELECT pg_temp.key('email_templates', n), 'template-' || n, 'Template ' || n, pg_temp.pick('{ACCOUNT,CAMPAIGN,SHIFT,SYSTEM}', n)::"TemplateCategory", 'Hello {{name}}',
       '<p>' || pg_temp.prose('template', n, 8) || '</p>', pg_temp.prose('template', n, 8), true, pg_temp.moment('template', n), pg_temp.moment('template', n)
FROM generate_series(1, 16) AS n;

INSERT INTO "email_template_versions"
SELECT pg_temp.key('email_template_versions', n), pg_temp.key('email_templates', 1 + n % 16), (1 + n / 16)::integer, 'Hello {{name}}', '<p>' || pg_temp.prose('version', n, 8) || '</p>',
       CASE WHEN n % 3 = 0 THEN 'softer wording' END, pg_temp.other('users', n, pg_temp.size(400)), pg_temp.moment('version', n)
FROM generate_series(0, 63) AS n;

INSERT INTO "email_template_variables"
SELECT pg_temp.key('email_template_variables', n), pg_temp.key('email_templates', 1 + n % 16), 'variable_' || n / 16, NULL, n % 2 = 0, pg_temp.first_name(n)
FROM generate_series(0, 79) AS n;

INSERT INTO "email_template_test_logs"
SELECT pg_temp.key('email_template_test_logs', n), pg_temp.other('email_templates', n, 16), pg_temp.other('users', n, pg_temp.size(400)), 'tester@example.org',
       jsonb_build_object('name', pg_temp.first_name(n)), pg_temp.pick('{SENT,FAILED,SENT}', n)::"EmailStatus", pg_temp.moment('testlog', n)
FROM generate_series(1, 300) AS n;

INSERT INTO "videos" ("path", "title", "producer", "duration_seconds", "width", "height", "tags", "metadata", "created_at")
SELECT '/media/library/' || md5('video' || n) || '.mp4', 'Rally, part ' || n, pg_temp.last_name(n), 30 + pg_temp.dice('length', n, 3000), 1920, 1080, jsonb_build_array('rally', 'year-' || 2015 + n % 10),
       jsonb_build_object('codec', 'h264', 'bitrate', 1000 + n % 4000, 'streams', jsonb_build_array(jsonb_build_object('lang', 'en'), jsonb_build_object('lang', 'fr'))), pg_temp.moment('video', n)
FROM generate_series(1, pg_temp.size(800)) AS n;

INSERT INTO "compilations" ("name", "cover_video_id", "video_ids", "created_at")
SELECT 'Best of ' || n, 1 + pg_temp.dice('cover', n, pg_temp.size(800)), (SELECT jsonb_agg(1 + pg_temp.dice('member', n * 100 + i, pg_temp.size(800)) ORDER BY i) FROM generate_series(1, 12) AS i), pg_temp.moment('compilation', n)
FROM generate_series(1, 60) AS n;

INSERT INTO "jobs" ("type", "status", "video_id", "params", "log", "progress", "created_at", "finished_at")
SELECT pg_temp.pick('{transcode,thumbnail,probe,upload}', n), pg_temp.pick('{done,done,done,failed,pending}', n), 1 + pg_temp.dice('job', n, pg_temp.size(800)), jsonb_build_object('preset', 'fast', 'crf', 18 + n % 10),
       E'frame= ' || n || E' fps= 50\nC:\\temp\\out.mp4\n\\.\ndone', CASE WHEN n % 5 = 4 THEN 0 ELSE 100 END, pg_temp.moment('job', n), CASE WHEN n % 5 < 4 THEN pg_temp.moment('job', n) + interval '4 minutes' END
FROM generate_series(1, pg_temp.size(2500)) AS n;

COMMIT;
ANALYZE;
