// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/bitcoin/node_locator.h"

#include <QFile>
#include <QNetworkProxy>
#include <QTcpSocket>

#include <algorithm>
#include <charconv>
#include <filesystem>

namespace tipwatch {
namespace {

namespace fs = std::filesystem;

/// In the order in which they are looked for.
constexpr BitcoinNetwork networks[] = {
    {"main", "", 8332, 210'000},          {"test", "testnet3", 18332, 210'000}, {"testnet4", "testnet4", 48332, 210'000},
    {"signet", "signet", 38332, 210'000}, {"regtest", "regtest", 18443, 150},
};
constexpr int connectTimeoutMs = 250;
constexpr qint64 longestSecretFile = 4096; // bytes

fs::path dataDirectory(const BitcoinConfig &config)
{
    if (!config.dataDir.empty())
        return config.dataDir;
    const QByteArray home = qgetenv("HOME");
    return fs::path(home.isEmpty() ? "/" : home.constData()) / ".bitcoin";
}

fs::path cookiePath(const fs::path &dataDir, const BitcoinNetwork &network)
{
    return dataDir / network.directory / ".cookie";
}

std::string_view trimmed(std::string_view text)
{
    constexpr std::string_view blanks = " \t\r\n";
    const std::size_t first = text.find_first_not_of(blanks);
    return first == std::string_view::npos ? std::string_view() : text.substr(first, text.find_last_not_of(blanks) - first + 1);
}

Result<std::string> readSecret(const std::string &path, const char *kind)
{
    QFile file(QString::fromStdString(path));
    if (!file.exists())
        return failure(std::string("no ") + kind + " file at " + path);
    if (!file.open(QIODevice::ReadOnly))
        return failure(std::string("the ") + kind + " file " + path + " cannot be read: " + file.errorString().toStdString());
    const QByteArray text = file.read(longestSecretFile);
    const std::string_view line = std::string_view(text.constData(), static_cast<std::size_t>(text.size()));
    const std::string_view first = line.substr(0, line.find_first_of("\r\n"));
    if (first.empty())
        return failure(std::string("the ") + kind + " file " + path + " is empty");
    return std::string(first);
}

/// rpcport= of bitcoin.conf for @p network: in its section, as "<network>.rpcport=", or, for main, before all sections.
std::optional<std::uint16_t> configuredPort(const fs::path &dataDir, std::string_view network)
{
    QFile file(QString::fromStdString((dataDir / "bitcoin.conf").string()));
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    std::string section = "main";
    while (!file.atEnd()) {
        const QByteArray raw = file.readLine();
        const std::string_view line = trimmed(std::string_view(raw.constData(), static_cast<std::size_t>(raw.size())));
        if (line.size() > 2 && line.front() == '[' && line.back() == ']') {
            section = line.substr(1, line.size() - 2);
            continue;
        }
        const std::size_t equals = line.find('=');
        if (line.empty() || line.front() == '#' || equals == std::string_view::npos)
            continue;
        const std::string_view key = trimmed(line.substr(0, equals)), value = trimmed(line.substr(equals + 1));
        const bool meant = (key == "rpcport" && section == network) || key == std::string(network) + ".rpcport";
        std::uint16_t port = 0;
        if (meant && std::from_chars(value.data(), value.data() + value.size(), port).ec == std::errc() && port != 0)
            return port;
    }
    return std::nullopt;
}

std::uint16_t portOf(const fs::path &dataDir, const BitcoinNetwork &network)
{
    return configuredPort(dataDir, network.name).value_or(network.rpcPort);
}

const BitcoinNetwork *networkAtPort(const fs::path &dataDir, std::uint16_t port)
{
    const auto found =
        std::ranges::find_if(networks, [&](const BitcoinNetwork &network) { return portOf(dataDir, network) == port; });
    return found == std::end(networks) ? nullptr : &*found;
}

bool isOnThisMachine(const std::string &host)
{
    return host == "localhost" || host == "::1" || host.starts_with("127.");
}

bool accepts(const RpcEndpoint &endpoint)
{
    QTcpSocket socket;
    socket.setProxy(QNetworkProxy::NoProxy);
    socket.connectToHost(QString::fromStdString(endpoint.host), endpoint.port);
    const bool connected = socket.waitForConnected(connectTimeoutMs);
    socket.abort();
    return connected;
}

/// For a node at a port that tells no network: the cookie that was written last is the one of the node that runs.
Result<RpcCredentials> readNewestCookie(const fs::path &dataDir)
{
    std::optional<fs::path> newest;
    for (const BitcoinNetwork &network : networks) {
        std::error_code ignored;
        const fs::path path = cookiePath(dataDir, network);
        if (fs::exists(path, ignored) && (!newest || fs::last_write_time(path, ignored) > fs::last_write_time(*newest, ignored)))
            newest = path;
    }
    if (!newest)
        return failure("no cookie file of any network in " + dataDir.string() + "; name it with --rpc-cookie");
    return readCookie(newest->string());
}

Result<void> chooseCredentials(const BitcoinConfig &config, const BitcoinNetwork *network, NodeAddress &address)
{
    if (config.user.empty() != config.passwordFile.empty())
        return failure(config.user.empty() ? "a password file needs a user: --rpc-user"
                                           : "the user needs a password file: --rpc-password-file");
    if (!config.user.empty() && !config.cookieFile.empty())
        return failure("either a cookie or a user with a password file is accepted, not both");
    if (!config.user.empty()) {
        address.credentials = [user = config.user, path = config.passwordFile] { return readPasswordFile(user, path); };
        address.credentialsFrom = "user " + config.user;
        return {};
    }
    if (!config.cookieFile.empty()) {
        address.credentials = [path = config.cookieFile] { return readCookie(path); };
        address.credentialsFrom = "cookie " + config.cookieFile;
        return {};
    }
    if (!isOnThisMachine(address.endpoint.host))
        return failure("the node " + address.endpoint.url() +
                       " is not on this machine and needs --rpc-cookie, or --rpc-user with a password file");
    const fs::path dataDir = dataDirectory(config);
    if (!network) {
        address.credentials = [dataDir] { return readNewestCookie(dataDir); };
        address.credentialsFrom = "newest cookie in " + dataDir.string();
        return {};
    }
    const std::string path = cookiePath(dataDir, *network).string();
    address.credentials = [path] { return readCookie(path); };
    address.credentialsFrom = "cookie " + path;
    return {};
}

/// @p network is the one that is configured or was found; none if a node is named and nothing else.
Result<NodeAddress> addressOf(const BitcoinConfig &config, const BitcoinNetwork *network)
{
    const fs::path dataDir = dataDirectory(config);
    NodeAddress address;
    if (network)
        address.network = network->name;
    const std::uint16_t port = portOf(dataDir, network ? *network : networks[0]);
    if (config.node.empty()) {
        address.endpoint.port = port;
    } else {
        const auto endpoint = parseRpcEndpoint(config.node, port);
        if (!endpoint)
            return tl::unexpected(endpoint.error());
        address.endpoint = *endpoint;
        if (!network) // a port only suggests a network: good enough to look for a cookie
            network = networkAtPort(dataDir, address.endpoint.port);
    }
    return chooseCredentials(config, network, address).map([&] { return address; });
}

} // namespace

const BitcoinNetwork *findBitcoinNetwork(std::string_view name)
{
    const auto found = std::ranges::find(networks, name, &BitcoinNetwork::name);
    return found == std::end(networks) ? nullptr : &*found;
}

Result<NodeAddress> locateNode(const BitcoinConfig &config)
{
    const fs::path dataDir = dataDirectory(config);
    const BitcoinNetwork *network = findBitcoinNetwork(config.network);
    if (!network && !config.network.empty())
        return failure("\"" + config.network + "\" is no network; accepted are main, test, testnet4, signet and regtest");
    if (!network && config.node.empty()) {
        if (auto running = findRunningNode(config))
            return std::move(*running);
        network = &networks[0];
    }
    return addressOf(config, network);
}

std::optional<NodeAddress> findRunningNode(const BitcoinConfig &config)
{
    BitcoinConfig local = config;
    local.node.clear();
    for (const BitcoinNetwork &network : networks) {
        if (!config.network.empty() && config.network != network.name)
            continue;
        local.network = network.name;
        auto address = addressOf(local, &network);
        if (address && address->credentials() && accepts(address->endpoint))
            return std::move(*address);
    }
    return std::nullopt;
}

Result<RpcCredentials> readCookie(const std::string &path)
{
    if (!QFile::exists(QString::fromStdString(path)))
        return failure("no cookie file at " + path + "; a running node keeps one there unless its bitcoin.conf sets rpcpassword");
    auto line = readSecret(path, "cookie");
    if (!line)
        return tl::unexpected(std::move(line).error());
    const std::size_t colon = line->find(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == line->size())
        return failure("the cookie file " + path + " does not hold user:password");
    return RpcCredentials{line->substr(0, colon), line->substr(colon + 1)};
}

Result<RpcCredentials> readPasswordFile(const std::string &user, const std::string &path)
{
    return readSecret(path, "password").map([&](std::string password) { return RpcCredentials{user, std::move(password)}; });
}

std::string zmqEndpointFor(std::string_view bound, const RpcEndpoint &rpc)
{
    constexpr std::string_view scheme = "tcp://";
    const std::size_t colon = bound.rfind(':');
    if (!bound.starts_with(scheme) || colon < scheme.size())
        return std::string(bound);
    const std::string_view host = bound.substr(scheme.size(), colon - scheme.size());
    if (host != "*" && host != "0.0.0.0" && host != "[::]")
        return std::string(bound);
    const std::string url = rpc.url();
    const std::string reachable = url.substr(0, url.rfind(':')).substr(std::string_view("http://").size());
    return std::string(scheme) + reachable + std::string(bound.substr(colon));
}

} // namespace tipwatch
