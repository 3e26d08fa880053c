-- expect: table-rewrite:2
ALTER TABLE cache SET UNLOGGED;
