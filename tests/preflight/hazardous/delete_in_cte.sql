-- expect: delete-without-where:2
WITH gone AS (DELETE FROM sessions RETURNING id) INSERT INTO archive SELECT * FROM gone;
