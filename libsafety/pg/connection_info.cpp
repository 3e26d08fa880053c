#include "libsafety/pg/connection_info.hpp"

#include <libpq-fe.h>

#include <cstdlib>
#include <memory>
#include <set>

#include "libsafety/base/error.hpp"
#include "libsafety/base/text.hpp"

namespace safety::pg {
namespace {

using Options = std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)>;
constexpr std::string_view kHint =
    "Write it as postgresql://USER:PASSWORD@HOST:PORT/DATABASE, with special characters of the password as %XX; "
    "`safety-doctor` checks it.";

const std::map<std::string, std::string>& keyword_variables() {
  static const auto map = [] {
    std::map<std::string, std::string> names;
    const Options defaults(PQconndefaults(), &PQconninfoFree);
    for (auto* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option)
      names[option->keyword] = option->envvar != nullptr ? option->envvar : "";
    return names;
  }();
  return map;
}

bool is_url(std::string_view text) { return text.starts_with("postgresql://") || text.starts_with("postgres://"); }

/// Takes the parameters that libpq does not know out of a URL's query.
std::string drop_foreign_parameters(std::string_view url, std::vector<std::string>& dropped, std::vector<std::string>& dropped_pairs) {
  const auto question = url.find('?');
  if (question == std::string_view::npos) return std::string(url);
  std::string kept(url.substr(0, question));
  char separator = '?';
  std::string_view query = url.substr(question + 1);
  while (!query.empty()) {
    const auto end = query.find('&');
    const std::string_view pair = query.substr(0, end);
    const std::string name(pair.substr(0, pair.find('=')));
    // libpq's own spelling for JDBC, not among its keywords.
    if (keyword_variables().contains(name) || name == "ssl") {
      kept += separator;
      kept += pair;
      separator = '&';
    } else if (!name.empty()) {
      dropped.push_back(name);
      dropped_pairs.emplace_back(pair);
    }
    query = end == std::string_view::npos ? std::string_view() : query.substr(end + 1);
  }
  return kept;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kPlain = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";
  constexpr char kHex[] = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (kPlain.find(c) != std::string_view::npos)
      out += c;
    else
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
  }
  return out;
}

std::vector<std::string> split_list(const std::string& text) {
  std::vector<std::string> parts(1);
  for (const char c : text) {
    if (c == ',')
      parts.emplace_back();
    else
      parts.back() += c;
  }
  return parts;
}

}  // namespace

ConnectionInfo ConnectionInfo::parse(std::string_view text) {
  ConnectionInfo info;
  text = trim(text);
  if (text.empty()) return info;
  if (text.find("://") != std::string_view::npos && !is_url(text))
    throw Error(Code::usage, "the database URL does not begin with postgresql:// or postgres://", std::string(kHint));
  const std::string clean = is_url(text) ? drop_foreign_parameters(text, info.dropped_, info.dropped_pairs_) : std::string(text);
  char* message = nullptr;
  const Options options(PQconninfoParse(clean.c_str(), &message), &PQconninfoFree);
  const std::unique_ptr<char, decltype(&PQfreemem)> owned(message, &PQfreemem);
  // libpq's message quotes parts of the text, which may be parts of a password: it is not shown.
  if (!options) throw Error(Code::usage, "the database URL cannot be read", std::string(kHint));
  for (auto* option = options.get(); option->keyword != nullptr; ++option)
    if (option->val != nullptr) info.parameters_[option->keyword] = option->val;
  // libpq finds this out only when it connects, and then it is no matter of the network.
  if (const auto port = info.parameters_.find("port");
      port != info.parameters_.end() && port->second.find_first_not_of("0123456789,") != std::string::npos)
    throw Error(Code::usage, "the port in the database URL is not a number", std::string(kHint));
  return info;
}

ConnectionInfo ConnectionInfo::with_database(std::string name) const { return with("dbname", std::move(name)); }

ConnectionInfo ConnectionInfo::with(const std::string& keyword, std::string value) const {
  ConnectionInfo copy = *this;
  copy.parameters_[keyword] = std::move(value);
  return copy;
}

std::string ConnectionInfo::database() const {
  for (const char* keyword : {"dbname", "user"})
    if (const auto found = parameters_.find(keyword); found != parameters_.end() && !found->second.empty())
      return found->second;
  const Options defaults(PQconndefaults(), &PQconninfoFree);
  std::string user;
  for (auto* option = defaults.get(); option != nullptr && option->keyword != nullptr; ++option) {
    if (option->val == nullptr) continue;
    if (std::string_view(option->keyword) == "dbname") return option->val;
    if (std::string_view(option->keyword) == "user") user = option->val;
  }
  return user;
}

std::string ConnectionInfo::display() const {
  auto value = [&](const char* keyword, const char* variable) -> std::string {
    if (const auto found = parameters_.find(keyword); found != parameters_.end()) return found->second;
    const char* set = std::getenv(variable);
    return set != nullptr ? set : "";
  };
  const std::string user = value("user", "PGUSER"), port = value("port", "PGPORT");
  std::string host = value("host", "PGHOST");
  if (host.empty()) host = value("hostaddr", "PGHOSTADDR");
  return "postgresql://" + (user.empty() ? "" : user + "@") + (host.empty() ? "localhost" : host) +
         (port.empty() ? "" : ":" + port) + "/" + database();
}

std::string ConnectionInfo::url() const {
  const auto value = [&](const char* keyword) {
    const auto found = parameters_.find(keyword);
    return found == parameters_.end() ? std::string() : found->second;
  };
  std::string url = "postgresql://";
  if (const auto user = value("user"), password = value("password"); !user.empty() || !password.empty())
    url += percent_encode(user) + (password.empty() ? "" : ":" + percent_encode(password)) + "@";
  const auto host = value("host"), port = value("port");
  const bool is_socket = host.starts_with("/") || host.starts_with("@");
  // Prisma wants a host where hosts stand, whatever ?host= says.
  const auto hosts = split_list(host.empty() || is_socket ? "localhost" : host), ports = split_list(port);
  for (std::size_t at = 0; at < hosts.size(); ++at) {
    const auto& name = hosts[at];
    url += (at == 0 ? "" : ",") + (name.find(':') != std::string::npos ? "[" + name + "]" : percent_encode(name));
    const auto& number = ports.size() == hosts.size() ? ports[at] : ports.front();
    if (!number.empty()) url += ":" + number;
  }
  url += "/" + percent_encode(database());
  char separator = '?';
  const auto add = [&](const std::string& pair) {
    url += separator + pair;
    separator = '&';
  };
  if (is_socket) add("host=" + percent_encode(host));
  for (const auto& [keyword, text] : parameters_)
    if (keyword != "user" && keyword != "password" && keyword != "host" && keyword != "port" && keyword != "dbname")
      add(keyword + "=" + percent_encode(text));
  for (const auto& pair : dropped_pairs_) add(pair);
  return url;
}

std::map<std::string, std::string> ConnectionInfo::environment() const {
  std::map<std::string, std::string> variables;
  for (const auto& [keyword, value] : parameters_)
    if (const auto& name = keyword_variables().at(keyword); !name.empty()) variables[name] = value;
  return variables;
}

}  // namespace safety::pg
