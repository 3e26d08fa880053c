-- expect: identifier-too-long:3
ALTER TABLE users
  ADD CONSTRAINT "users_has_a_constraint_whose_name_was_made_up_by_a_tool_that_does_not_count" CHECK (a > 0) NOT VALID;
