-- given: prisma
CREATE TYPE mood AS ENUM ('ok');
ALTER TYPE mood ADD VALUE 'fine';
ALTER TABLE users ADD COLUMN mood mood DEFAULT 'ok';
