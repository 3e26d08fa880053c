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

TEST(ConnectionInfoUrl, SaysAllThatTheInfoHolds) {
  const Variables none;
  EXPECT_EQ(ConnectionInfo::parse("postgresql://ann:pw@db.example:6543/shop?sslmode=require").url(), "postgresql://ann:pw@db.example:6543/shop?sslmode=require");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://db/shop").url(), "postgresql://db/shop");
  EXPECT_EQ(ConnectionInfo::parse("host=h user=ann").url(), "postgresql://ann@h/ann");
}

TEST(ConnectionInfoUrl, EncodesWhatIsNotPlain) {
  const Variables none;
  const auto info = ConnectionInfo::parse("postgresql://h/d").with("user", "a b@c").with("password", "p@ss:/?#%w\xc3\xa4").with_database("it's/odd");
  EXPECT_EQ(info.url(), "postgresql://a%20b%40c:p%40ss%3A%2F%3F%23%25w%C3%A4@h/it%27s%2Fodd");
}

TEST(ConnectionInfoUrl, PutsASocketsFolderIntoTheQuery) {
  const Variables none;
  EXPECT_EQ(ConnectionInfo::parse("postgresql://ann@/shop?host=/run/pg sql&port=6000").url(), "postgresql://ann@localhost:6000/shop?host=%2Frun%2Fpg%20sql");
  EXPECT_EQ(ConnectionInfo::parse("host=@abstract dbname=d").url(), "postgresql://localhost/d?host=%40abstract");
}

TEST(ConnectionInfoUrl, KeepsListsOfHostsAndIpv6) {
  const Variables none;
  EXPECT_EQ(ConnectionInfo::parse("postgresql://h1:1,h2:2/d").url(), "postgresql://h1:1,h2:2/d");
  EXPECT_EQ(ConnectionInfo::parse("host=h1,h2 port=5 dbname=d").url(), "postgresql://h1:5,h2:5/d");
  EXPECT_EQ(ConnectionInfo::parse("postgresql://[::1]:5433/d").url(), "postgresql://[::1]:5433/d");
}

TEST(ConnectionInfoUrl, GivesBackWhatOnlyPrismaKnows) {
  const Variables none;
  const auto info = ConnectionInfo::parse("postgresql://h/d?schema=my%20shop&sslmode=disable&connection_limit=5").with_database("copy");
  EXPECT_EQ(info.url(), "postgresql://h/copy?sslmode=disable&schema=my%20shop&connection_limit=5");
}

TEST(ConnectionInfoUrl, IsReadBackAsTheSame) {
  const Variables none;
  for (const char* text : {"postgresql://ann:p%40ss%3A%2F@h:1/d?schema=x&options=-c%20a%3Db", "host=/tmp/a\\ b user=u dbname='two words' password='it\\'s'", "postgresql://[::1],h2/d",
                           "postgresql://h/d?hostaddr=127.0.0.1&application_name=a%26b"}) {
    const auto info = ConnectionInfo::parse(text), again = ConnectionInfo::parse(info.url());
    EXPECT_EQ(again.parameters(), info.parameters()) << info.url();
    EXPECT_EQ(again.dropped(), info.dropped());
    EXPECT_EQ(again.url(), info.url());
  }
}

}  // namespace
}  // namespace safety::pg
