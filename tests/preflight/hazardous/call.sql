-- expect: opaque-code:2
CALL cleanup(30);
