#pragma once
// What belongs to a database as a whole and stands in no plain dump: owner, privileges, limits, settings, comment.

#include <string>
#include <vector>

#include "libsafety/archive/index.hpp"
#include "libsafety/pg/connection.hpp"

namespace safety::transfer {

/// Requires any session of the cluster. Errors: connection when there is no such database.
archive::DatabaseProperties read_properties(pg::Connection& connection, const std::string& database);

/// CREATE DATABASE from template0 with the encoding, locale, owner and tablespace of `properties`.
std::string create_database_statement(const std::string& database, const archive::DatabaseProperties& properties,
                                      int server_version_num);

/// Statements that give `database` the privileges, limit, settings and comment of `properties`; owner and locale are
/// CREATE DATABASE's. Run one by one in a session of the maintenance database.
std::vector<std::string> apply_statements(const std::string& database, const archive::DatabaseProperties& properties);

/// In words, what differs (for notes and for tests of equality); empty when equal.
std::vector<std::string> describe_differences(const archive::DatabaseProperties& a, const archive::DatabaseProperties& b);

}  // namespace safety::transfer
