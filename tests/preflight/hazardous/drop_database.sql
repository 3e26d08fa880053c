-- expect: drop-database:2
DROP DATABASE IF EXISTS staging;
