-- expect: rename-table:2 add-unique:3
ALTER TABLE users RENAME TO accounts;
CREATE UNIQUE INDEX accounts_email ON accounts (email);
