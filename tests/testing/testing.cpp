#include "tests/testing/testing.hpp"

#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "libsafety/pg/quote.hpp"

namespace safety::testing {
namespace fs = std::filesystem;
namespace {

const char* cluster_script() {
  return SAFETY_SOURCE_DIR "/scripts/throwaway-postgres";
}

std::string socket_folder_in(const fs::path& env_file) {
  std::ifstream file(env_file);
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("PGHOST=")) return line.substr(7);
  return "";
}

bool somebody_listens(const std::string& socket_folder) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  const std::string path = socket_folder + "/.s.PGSQL.5432";
  if (socket_folder.empty() || path.size() >= sizeof address.sun_path) return false;
  std::memcpy(address.sun_path, path.c_str(), path.size() + 1);
  const int fd = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  const bool answers = ::connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
  ::close(fd);
  return answers;
}

const std::string& shared_socket_folder() {
  static std::unique_ptr<OwnCluster> own;
  static const std::string folder = [] {
    if (const char* named = std::getenv("SAFETY_TEST_CLUSTER")) {
      auto found = socket_folder_in(fs::path(named) / "env");
      if (somebody_listens(found)) return found;
    }
    own = std::make_unique<OwnCluster>();
    return own->socket_folder();
  }();
  return folder;
}

std::string url_at(const std::string& socket_folder, std::string_view database, std::string_view user) {
  return "postgresql:///" + percent_encode(database) + "?host=" + percent_encode(socket_folder) +
         "&user=" + percent_encode(user);
}

/// Short enough that "<name>__previous_<id>" still fits into PostgreSQL's 63 bytes.
std::string unique_name(const char* kind) {
  static std::atomic<int> counter{0};
  std::string words;
  if (const auto* test = ::testing::UnitTest::GetInstance()->current_test_info())
    for (const char c : std::string(test->name()))
      if (std::isalnum(static_cast<unsigned char>(c)) && words.size() < 10) words += static_cast<char>(std::tolower(c));
  return std::string(kind) + "_" + words + "_" + std::to_string(::getpid()) + "_" + std::to_string(++counter);
}

/// Whatever state a test left it in.
void drop_database(pg::Connection& admin, const std::string& name) {
  const auto quoted = pg::quote_identifier(name);
  admin.execute("ALTER DATABASE " + quoted + " WITH ALLOW_CONNECTIONS true IS_TEMPLATE false CONNECTION LIMIT -1");
  const auto subscriptions = admin.query(
      "SELECT s.subname FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = $1", {name});
  for (int row = 0; row < subscriptions.rows(); ++row) {
    pg::Connection inside(quiet_context(), connection_info(name));
    const auto subscription = pg::quote_identifier(subscriptions.value(row, 0));
    inside.execute("SET default_transaction_read_only = off");
    inside.execute("ALTER SUBSCRIPTION " + subscription + " DISABLE");
    inside.execute("ALTER SUBSCRIPTION " + subscription + " SET (slot_name = NONE)");
    inside.execute("DROP SUBSCRIPTION " + subscription);
  }
  admin.execute("DROP DATABASE IF EXISTS " + quoted + " WITH (FORCE)");
}

}  // namespace

void CollectingSink::on(const Event& event) {
  const std::lock_guard lock(mutex_);
  events_.push_back(event);
}

std::vector<Event> CollectingSink::events() const {
  const std::lock_guard lock(mutex_);
  return events_;
}

std::vector<std::string> CollectingSink::texts(Event::Kind kind) const {
  std::vector<std::string> found;
  for (const auto& event : events())
    if (event.kind == kind) found.push_back(kind == Event::Kind::phase ? event.name : event.text);
  return found;
}

const Context& quiet_context() {
  static NullSink sink;
  static const Context context{sink, {}};
  return context;
}

TempFolder::TempFolder() {
  std::string pattern = "/tmp/safety-test-XXXXXX";
  if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::vector<std::string> TempFolder::names() const {
  std::vector<std::string> found;
  for (const auto& entry : fs::directory_iterator(path_)) found.push_back(entry.path().filename().string());
  std::sort(found.begin(), found.end());
  return found;
}

fs::path source_path(const fs::path& relative) {
  return fs::path(SAFETY_SOURCE_DIR) / relative;
}

std::string read_text(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path.string());
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

void write_text(const fs::path& path, std::string_view text) {
  if (path.has_parent_path()) fs::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << text;
  if (!file.flush()) throw std::runtime_error("cannot write " + path.string());
}

void write_script(const fs::path& path, std::string_view body) {
  write_text(path, "#!/bin/sh\n" + std::string(body) + "\n");
  fs::permissions(path, fs::perms::owner_all);
}

fs::path tool_path(const std::string& name) {
  return fs::path(SAFETY_TOOLS_DIR) / name;
}

Background start_tool(const std::string& name, const std::vector<std::string>& arguments,
                      const Environment& environment, RunOptions options) {
  for (const auto& [variable, value] : environment) options.environment[variable] = value;
  return Background(tool_path(name), arguments, options);
}

ToolRun run_tool(const std::string& name, const std::vector<std::string>& arguments, const Environment& environment,
                 RunOptions options) {
  return start_tool(name, arguments, environment, std::move(options)).wait();
}

OwnCluster::OwnCluster(const std::vector<std::string>& settings) : owner_(::getpid()) {
  std::vector<std::string> arguments{"start", folder_.path().string()};
  for (const auto& setting : settings) arguments.insert(arguments.end(), {"--conf", setting});
  const auto run = run_program(cluster_script(), arguments);
  if (run.exit_code != 0) throw std::runtime_error("no PostgreSQL cluster could be started: " + run.err);
  socket_folder_ = socket_folder_in(folder_ / "env");
}

OwnCluster::~OwnCluster() {
  // A forked child that runs to its end must not take the parent's server along.
  if (owner_ == ::getpid()) run_program(cluster_script(), {"stop", folder_.path().string()});
}

std::string OwnCluster::url(std::string_view database, std::string_view user) const {
  return url_at(socket_folder_, database, user);
}

fs::path OwnCluster::data_folder() const {
  const auto beside = folder_ / "data";
  return fs::exists(beside) ? beside : fs::path(socket_folder_) / "data";
}

pid_t OwnCluster::postmaster_pid() const {
  return std::stoi(read_text(data_folder() / "postmaster.pid"));
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 128 && (std::isalnum(byte) || c == '_'))
      out += c;
    else
      out += {'%', kDigits[byte / 16], kDigits[byte % 16]};
  }
  return out;
}

std::string connection_url(std::string_view database, std::string_view user) {
  return url_at(shared_socket_folder(), database, user);
}

pg::ConnectionInfo connection_info(std::string_view database, std::string_view user) {
  return pg::ConnectionInfo::parse(connection_url(database, user));
}

pg::Connection admin_connection() {
  return pg::Connection(quiet_context(), connection_info("postgres"));
}

std::vector<std::string> list_databases(std::string_view prefix) {
  auto admin = admin_connection();
  const auto rows =
      admin.query("SELECT datname FROM pg_database WHERE starts_with(datname, $1) ORDER BY datname COLLATE \"C\"",
                  {std::string(prefix)});
  std::vector<std::string> names;
  for (int row = 0; row < rows.rows(); ++row) names.push_back(rows.text(row, 0));
  return names;
}

TestDatabase::TestDatabase(std::string_view create_options) : name_(unique_name("t")) {
  auto admin = admin_connection();
  const bool names_template = create_options.find("TEMPLATE ") != std::string_view::npos;
  admin.execute("CREATE DATABASE " + pg::quote_identifier(name_) + (names_template ? " " : " TEMPLATE template0 ") +
                std::string(create_options));
}

TestDatabase::~TestDatabase() {
  try {
    auto admin = admin_connection();
    for (const auto& derived : list_databases(name_ + "__")) drop_database(admin, derived);
    for (const auto& own : list_databases(name_))
      if (own == name_) drop_database(admin, own);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "database " << name_ << " could not be dropped: " << error.what();
  }
}

pg::Connection TestDatabase::connect() const {
  return pg::Connection(quiet_context(), info());
}

void TestDatabase::execute(const std::string& sql) const {
  connect().execute(sql);
}

std::string TestDatabase::value(const std::string& sql) const {
  return connect().value_of(sql);
}

void TestDatabase::run_psql_file(const fs::path& path) const {
  const auto run = run_program("psql", {"-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", url(), "-f", path.string()});
  if (run.exit_code != 0) throw std::runtime_error("psql -f " + path.string() + ": " + run.err);
}

void TestDatabase::load_demo(double scale) const {
  const auto run = run_program(source_path("scripts/demo-data"), {url(), std::to_string(scale)});
  if (run.exit_code != 0) throw std::runtime_error("demo data: " + run.err);
}

TestRole::TestRole(std::string_view options) : name_(unique_name("r")) {
  admin_connection().execute("CREATE ROLE " + pg::quote_identifier(name_) + " " + std::string(options));
}

TestRole::~TestRole() {
  try {
    const auto quoted = pg::quote_identifier(name_);
    auto admin = admin_connection();
    admin.execute("DROP OWNED BY " + quoted);
    admin.execute("DROP ROLE " + quoted);
  } catch (const std::exception& error) {
    ADD_FAILURE() << "role " << name_ << " could not be dropped: " << error.what();
  }
}

std::vector<OddFile> odd_files() {
  std::vector<OddFile> files;
  for (const auto& entry : fs::directory_iterator(source_path("tests/odd"))) {
    if (entry.path().extension() != ".sql") continue;
    OddFile odd{entry.path().stem().string(), entry.path(), {}, {}, false, false};
    std::istringstream text(read_text(entry.path()));
    for (std::string line; std::getline(text, line) && line.starts_with("--");) {
      const auto after = [&](std::string_view directive) -> std::optional<std::string> {
        if (!line.starts_with(directive)) return std::nullopt;
        return line.substr(directive.size());
      };
      if (const auto options = after("-- odd: create database options: ")) odd.create_options = *options;
      if (after("-- odd: slow")) odd.is_slow = true;
      if (after("-- odd: needs extension safety_odd")) odd.needs_extension = true;
      if (const auto parts = after("-- odd: stock restore differs in: ")) {
        std::string list = *parts;
        std::replace(list.begin(), list.end(), ',', ' ');
        std::istringstream words(list);
        for (std::string part; words >> part;) odd.stock_exceptions.push_back(part);
      }
    }
    files.push_back(std::move(odd));
  }
  std::sort(files.begin(), files.end(), [](const OddFile& a, const OddFile& b) { return a.name < b.name; });
  return files;
}

OddFile odd_file(std::string_view name) {
  for (const auto& odd : odd_files())
    if (odd.name == name) return odd;
  throw std::runtime_error("no tests/odd/" + std::string(name) + ".sql");
}

void expect_equal_databases(const std::string& url_a, const std::string& url_b,
                            const std::vector<std::string>& exceptions) {
  std::vector<std::string> arguments;
  for (const auto& part : exceptions) arguments.insert(arguments.end(), {"--except", part});
  arguments.insert(arguments.end(), {url_a, url_b});
  const auto run = run_program(source_path("tests/odd/compare-databases"), arguments);
  EXPECT_EQ(run.exit_code, 0) << url_a << " and " << url_b << " differ:\n" << run.out << run.err;
}

}  // namespace safety::testing
