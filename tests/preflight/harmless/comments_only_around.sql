/* DROP TABLE users; /* nested */ */
-- TRUNCATE users;
SELECT 1 -- ; DELETE FROM users
;
