-- given: prisma
ALTER TABLE users ADD COLUMN slug text;
UPDATE users SET slug = 'user-' || id;
ALTER TABLE users ALTER COLUMN slug SET NOT NULL;
