-- asked Ann on 3 May
-- safety:allow drop-table nobody has read it since 2024, see the ticket
DROP TABLE legacy;
ALTER TABLE users DROP COLUMN old; -- safety:allow drop-column copied to profiles
DELETE FROM sessions -- safety:allow delete-without-where they log in again
;
