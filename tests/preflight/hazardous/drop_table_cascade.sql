-- expect: drop-table:2 drop-cascade:2
drop table if exists "User" cascade;
