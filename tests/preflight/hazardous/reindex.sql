-- expect: reindex-not-concurrent:2
REINDEX INDEX users_email_key;
