#include "libsafety/pg/connection_info.hpp"

#include "tests/testing/testing.hpp"

namespace safety::pg {
namespace {

using ::testing::ElementsAre;
using testing::error_of;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

/// Sets variables for one test.
class Variables {
 public:
  explicit Variables(const std::map<std::string, std::string>& values = {}) {
    // libpq's own variables of whoever runs the tests must not matter.
    for (const char* name : {"PGHOST", "PGHOSTADDR", "PGPORT", "PGUSER", "PGDATABASE", "PGPASSWORD", "PGSERVICE"})
      set(name, nullptr);
    for (const auto& [name, value] : values) set(name, value.c_str());
  }
  ~Variables() {
    for (const auto& [name, value] : before_)
      value ? ::setenv(name.c_str(), value->c_str(), 1) : ::unsetenv(name.c_str());
  }

 private:
  void set(const std::string& name, const char* value) {
    const char* old = std::getenv(name.c_str());
    before_.emplace(name, old != nullptr ? std::optional<std::string>(old) : std::nullopt);
    value != nullptr ? ::setenv(name.c_str(), value, 1) : ::unsetenv(name.c_str());
  }
  std::map<std::string, std::optional<std::string>> before_;
};

TEST(ConnectionInfo, ReadsEveryPartOfAUrl) {
  const auto info = ConnectionInfo::parse("postgresql://ann:pw@db.example:6543/shop?sslmode=require&connect_timeout=3");
  EXPECT_EQ(info.parameters(), (std::map<std::string, std::string>{{"user", "ann"},
                                                                   {"password", "pw"},
                                                                   {"host", "db.example"},
                                                                   {"port", "6543"},
                                                                   {"dbname", "shop"},
                                                                   {"sslmode", "require"},
                                                                   {"connect_timeout", "3"}}));
}

TEST(ConnectionInfo, ReadsTheOtherForms) {
  EXPECT_EQ(ConnectionInfo::parse("postgres://h/d").parameters().at("host"), "h");
  EXPECT_EQ(ConnectionInfo::parse("host=h password='it\\'s'").parameters().at("password"), "it's");
  EXPECT_EQ(ConnectionInfo::parse("host=h dbname='two words'").database(), "two words");
  EXPECT_EQ(ConnectionInfo::parse("postgresql:///d?host=/tmp/a%20b").parameters().at("host"), "/tmp/a b");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://[::1]:5433/d").parameters().at("host"), "::1");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://h1:1,h2:2/d").parameters().at("host"), "h1,h2");
  EXPECT_EQ(ConnectionInfo::parse(" postgresql://h/d\n").parameters().at("dbname"), "d") << "as read from a file";
  EXPECT_THAT(ConnectionInfo::parse("").parameters(), IsEmpty());
}

TEST(ConnectionInfo, DecodesPasswordsWithSpecialCharacters) {
  const auto info = ConnectionInfo::parse("postgresql://ann:p%40ss%3A%2F%3F%23%25w@h/d");
  EXPECT_EQ(info.parameters().at("password"), "p@ss:/?#%w");
}

TEST(ConnectionInfo, DropsWhatOnlyPrismaKnowsAndSaysSo) {
  const auto info = ConnectionInfo::parse(
      "postgresql://ann:pw@h/"
      "d?schema=public&sslmode=disable&connection_limit=5&pool_timeout=2&pgbouncer=true&sslaccept=strict"
      "&socket_timeout=3&application_name=app");
  EXPECT_THAT(info.dropped(),
              ElementsAre("schema", "connection_limit", "pool_timeout", "pgbouncer", "sslaccept", "socket_timeout"));
  EXPECT_EQ(info.parameters().at("sslmode"), "disable");
  EXPECT_EQ(info.parameters().at("application_name"), "app");
  EXPECT_EQ(info.parameters().at("dbname"), "d");
}

TEST(ConnectionInfo, DropsAForeignParameterThatStandsAlone) {
  const auto info = ConnectionInfo::parse("postgresql://h/d?schema=public");
  EXPECT_EQ(info.parameters().at("dbname"), "d");
  EXPECT_THAT(info.dropped(), ElementsAre("schema"));
}

TEST(ConnectionInfo, NeverRepeatsAUrlThatItCannotRead) {
  for (const char* url : {"mysql://ann:hunter2@h/d", "postgresql://ann:hunter2@h:port%/d",
                          "postgresql://ann:hunter2%zz@h/d", "postgresql://ann:hun#ter2@[h/d",
                          "host=h password='hunter2", "hunter2", "jdbc:postgresql://h/d?password=hunter2",
                          "postgresql://ann:hunter2@h/d?sslmode", "password=hunter2 nonsense=hunter2"}) {
    const Error error = error_of([&] { ConnectionInfo::parse(url); });
    EXPECT_EQ(error.code(), Code::usage) << url;
    for (const auto& text : {std::string(error.what()), error.message(), error.detail(), error.hint()})
      EXPECT_THAT(text, Not(HasSubstr("hunter2"))) << url;
    EXPECT_THAT(error.hint(), HasSubstr("postgresql://")) << url;
  }
}

TEST(ConnectionInfo, ShowsEverythingButThePassword) {
  const Variables none;
  EXPECT_EQ(ConnectionInfo::parse("postgresql://ann:hunter2@db:6543/shop").display(), "postgresql://ann@db:6543/shop");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://db/shop").display(), "postgresql://db/shop");
  EXPECT_EQ(ConnectionInfo::parse("postgresql:///shop?host=/run/pg").display(), "postgresql:///run/pg/shop");
}

TEST(ConnectionInfo, FallsBackOnLibpqsVariables) {
  const Variables variables({{"PGHOST", "/run/pg"},
                             {"PGPORT", "6000"},
                             {"PGUSER", "ann"},
                             {"PGDATABASE", "shop"},
                             {"PGPASSWORD", "hunter2"}});
  const auto info = ConnectionInfo::parse("");
  EXPECT_EQ(info.database(), "shop");
  EXPECT_EQ(info.display(), "postgresql://ann@/run/pg:6000/shop");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://h/other").database(), "other") << "the URL goes first";
}

TEST(ConnectionInfo, TakesTheUsersNameWhenNoDatabaseIsNamed) {
  const Variables variables(std::map<std::string, std::string>{{"PGUSER", "bob"}});
  EXPECT_EQ(ConnectionInfo::parse("postgresql://ann@h").database(), "ann");
  EXPECT_EQ(ConnectionInfo::parse("").database(), "bob");
}

TEST(ConnectionInfo, ReplacesNothingButTheDatabase) {
  const auto info = ConnectionInfo::parse("postgresql://ann:pw@h/d").with_database("it's \"other\"");
  EXPECT_EQ(info.database(), "it's \"other\"");
  EXPECT_EQ(info.parameters().at("password"), "pw");
}

TEST(ConnectionInfo, HandsEverythingToChildrenByTheEnvironment) {
  const auto variables =
      ConnectionInfo::parse("postgresql://ann:p%40w@h:1/d?sslmode=require&options=-c%20a%3Db&schema=x").environment();
  EXPECT_EQ(variables, (std::map<std::string, std::string>{{"PGUSER", "ann"},
                                                           {"PGPASSWORD", "p@w"},
                                                           {"PGHOST", "h"},
                                                           {"PGPORT", "1"},
                                                           {"PGDATABASE", "d"},
                                                           {"PGSSLMODE", "require"},
                                                           {"PGOPTIONS", "-c a=b"}}));
}

}  // namespace
}  // namespace safety::pg
