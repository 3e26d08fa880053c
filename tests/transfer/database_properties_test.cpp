#include "libsafety/transfer/database_properties.hpp"

#include "libsafety/pg/quote.hpp"
#include "tests/testing/testing.hpp"

namespace safety::transfer {
namespace {

using testing::admin_connection;
using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using testing::TestDatabase;

/// A database made from the properties of another, as a restore does it.
class Twin {
 public:
  explicit Twin(const TestDatabase& of) : name_(of.name() + "__twin"), admin_(admin_connection()) {
    const auto properties = read_properties(admin_, of.name());
    admin_.execute(create_database_statement(name_, properties, admin_.server_version_num()));
    for (const auto& statement : apply_statements(name_, properties)) admin_.execute(statement);
  }
  std::vector<std::string> differences(const TestDatabase& from) {
    return describe_differences(read_properties(admin_, from.name()), read_properties(admin_, name_));
  }
  const std::string& name() const { return name_; }

 private:
  std::string name_;
  pg::Connection admin_;
};

TEST(DatabaseProperties, SurviveNastySettings) {
  const testing::TestRole role;
  const TestDatabase database;
  auto admin = admin_connection();
  const auto name = pg::quote_identifier(database.name());
  for (const std::string& statement : std::vector<std::string>{
           "SET search_path TO \"$user\", public, \"with space\", \"quo\"\"te\"", "SET DateStyle TO 'SQL, DMY'",
           "SET work_mem TO '7MB'", "SET app.secret TO 'it''s \\ back = \"x\"'", "SET app.\"two words\" TO 'a'",
           "SET log_line_prefix_x.y TO ''", "SET temp_tablespaces TO ''", "SET timezone TO 'America/New_York'",
           "CONNECTION LIMIT 7"}) {
    try {
      admin.execute("ALTER DATABASE " + name + " " + statement);
    } catch (const Error& error) {
      // Not every server takes every custom name; the list must not silently become empty.
      EXPECT_THAT(statement, HasSubstr("two words")) << error.what();
    }
  }
  admin.execute("ALTER ROLE " + role.name() + " IN DATABASE " + name + " SET search_path TO \"Mixed\", public");
  admin.execute("ALTER ROLE " + role.name() + " IN DATABASE " + name + " SET app.note TO 'role''s own'");
  admin.execute("COMMENT ON DATABASE " + name + " IS 'it''s\n\\a \"comment\"'");
  admin.execute("REVOKE CONNECT ON DATABASE " + name + " FROM PUBLIC; GRANT CREATE ON DATABASE " + name + " TO " +
                role.name() + " WITH GRANT OPTION");

  Twin twin(database);
  EXPECT_THAT(twin.differences(database), IsEmpty());
  EXPECT_EQ(
      pg::Connection(testing::quiet_context(), testing::connection_info(twin.name())).value_of("SHOW search_path"),
      database.value("SHOW search_path"));
  EXPECT_EQ(pg::Connection(testing::quiet_context(), testing::connection_info(twin.name())).value_of("SHOW app.secret"),
            "it's \\ back = \"x\"");
  testing::expect_equal_databases(database.url(), testing::connection_url(twin.name()));
}

TEST(DatabaseProperties, SurviveAnotherOwner) {
  const testing::TestRole role;
  const TestDatabase database;
  auto admin = admin_connection();
  const auto name = pg::quote_identifier(database.name());
  admin.execute("ALTER DATABASE " + name + " OWNER TO " + role.name());
  admin.execute("GRANT TEMPORARY ON DATABASE " + name + " TO PUBLIC; REVOKE CREATE ON DATABASE " + name + " FROM " +
                role.name());
  Twin twin(database);
  EXPECT_THAT(twin.differences(database), IsEmpty());
  testing::expect_equal_databases(database.url(), testing::connection_url(twin.name()));
}

TEST(DatabaseProperties, SurviveOtherEncodingsAndLocales) {
  for (const char* options : {"ENCODING 'LATIN1' LOCALE 'C'", "ENCODING 'SQL_ASCII' LOCALE 'C'",
                              "LC_COLLATE 'C' LC_CTYPE 'C.UTF-8'", "LOCALE_PROVIDER icu ICU_LOCALE 'de'"}) {
    const TestDatabase database(options);
    Twin twin(database);
    EXPECT_THAT(twin.differences(database), IsEmpty()) << options;
    testing::expect_equal_databases(database.url(), testing::connection_url(twin.name()));
  }
}

TEST(DescribeDifferences, NamesEachPropertyThatDiffers) {
  archive::DatabaseProperties a, b;
  a.owner = "ann";
  b.owner = "bob";
  b.connection_limit = 3;
  b.settings["work_mem"] = "1MB";
  b.role_settings["ann"]["x"] = "1";
  EXPECT_THAT(describe_differences(a, a), IsEmpty());
  EXPECT_THAT(describe_differences(a, b),
              ElementsAre("owner \"ann\" and \"bob\"", "connection limit \"-1\" and \"3\"",
                          "settings \"\" and \"work_mem=1MB; \"", "settings of role ann \"\" and \"x=1; \""));
}

TEST(ReadProperties, NamesADatabaseThatDoesNotExist) {
  auto admin = admin_connection();
  const Error error = error_of([&] { read_properties(admin, "no_such_database"); });
  EXPECT_EQ(error.code(), Code::connection);
  EXPECT_THAT(error.message(), HasSubstr("no_such_database"));
}

}  // namespace
}  // namespace safety::transfer
