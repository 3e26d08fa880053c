COMMENT ON TABLE users IS 'people; and robots';
