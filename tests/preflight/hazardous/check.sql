-- expect: add-check:2 constraint-checked-under-lock:2
ALTER TABLE orders ADD CONSTRAINT total_is_positive CHECK (total >= 0 AND currency IN ('EUR', 'USD'));
