-- safety:allow-file truncate a cache
TRUNCATE cache_a;
TRUNCATE cache_b;
