-- expect: update-without-where:2
WITH done AS (UPDATE users SET active = false RETURNING id) SELECT count(*) FROM done;
