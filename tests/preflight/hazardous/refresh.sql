-- expect: refresh-not-concurrent:2
REFRESH MATERIALIZED VIEW daily_totals;
