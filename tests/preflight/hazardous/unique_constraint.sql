-- expect: add-unique:3 unique-builds-index:3
ALTER TABLE users
  ADD CONSTRAINT users_email_key UNIQUE (tenant_id, email);
