-- expect: drop-owned:2
DROP OWNED BY CURRENT_USER;
