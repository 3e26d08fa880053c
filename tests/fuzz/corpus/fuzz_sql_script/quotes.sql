SELECT E'\';''', 'x''y', "q""", $t$ $$;$t$, a$b, $1;
/* c /* d */ */ CREATE FUNCTION f() BEGIN ATOMIC SELECT CASE 1 END; END;
