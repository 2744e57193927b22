// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/sources/peer_locator.h"

#include <QHostAddress>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstring>
#include <utility>
#include <vector>

namespace tipwatch {
namespace {

tl::unexpected<Error> unusable(const std::string &path, const std::string &why)
{
    return failure("\"" + path + "\" cannot be used: " + why + "; accepted: a database of cities in MaxMind's format");
}

std::optional<double> numberAt(MMDB_entry_s entry, const char *name)
{
    MMDB_entry_data_s data{};
    const int status = MMDB_get_value(&entry, &data, "location", name, nullptr);
    if (status != MMDB_SUCCESS || !data.has_data || data.type != MMDB_DATA_TYPE_DOUBLE || !std::isfinite(data.double_value))
        return std::nullopt;
    return data.double_value;
}

std::optional<GeoPosition> positionAt(MMDB_entry_s entry)
{
    const auto latitude = numberAt(entry, "latitude"), longitude = numberAt(entry, "longitude");
    if (!latitude || !longitude || std::abs(*latitude) > 90 || std::abs(*longitude) > 180)
        return std::nullopt;
    return GeoPosition{*latitude, *longitude};
}

/// Whether any of its first records has a position. Databases of countries or networks only are mistaken easily.
bool hasPositions(const MMDB_s &database)
{
    constexpr int looks = 10'000;
    std::vector<std::uint32_t> open{0};
    for (int i = 0; i < looks && !open.empty(); ++i) {
        MMDB_search_node_s node{};
        const std::uint32_t number = open.back();
        open.pop_back();
        if (MMDB_read_node(&database, number, &node) != MMDB_SUCCESS)
            continue;
        const auto look = [&](std::uint8_t type, std::uint64_t record, MMDB_entry_s entry) {
            if (type == MMDB_RECORD_TYPE_SEARCH_NODE)
                open.push_back(static_cast<std::uint32_t>(record));
            return type == MMDB_RECORD_TYPE_DATA && positionAt(entry);
        };
        if (look(node.right_record_type, node.right_record, node.right_record_entry) ||
            look(node.left_record_type, node.left_record, node.left_record_entry))
            return true;
    }
    return false;
}

/// The host of "host:port", "[host]:port" or "host".
std::string_view hostOf(std::string_view address)
{
    if (address.starts_with('['))
        return address.substr(1, address.find(']') - 1);
    const std::size_t colon = address.find(':');
    return colon == address.rfind(':') ? address.substr(0, colon) : address; // two colons and no brackets: an IPv6 address alone
}

/// Whether @p host can be reached through the open Internet. Ranges for documentation count, for what else would examples use.
bool isPublic(const QHostAddress &host)
{
    static const std::array<std::pair<QHostAddress, int>, 7> elsewhere{
        QHostAddress::parseSubnet(QStringLiteral("0.0.0.0/8")),      QHostAddress::parseSubnet(QStringLiteral("10.0.0.0/8")),
        QHostAddress::parseSubnet(QStringLiteral("100.64.0.0/10")),  QHostAddress::parseSubnet(QStringLiteral("127.0.0.0/8")),
        QHostAddress::parseSubnet(QStringLiteral("169.254.0.0/16")), QHostAddress::parseSubnet(QStringLiteral("172.16.0.0/12")),
        QHostAddress::parseSubnet(QStringLiteral("192.168.0.0/16"))};
    static const auto global = QHostAddress::parseSubnet(QStringLiteral("2000::/3"));
    if (host.protocol() == QAbstractSocket::IPv6Protocol)
        return host.isInSubnet(global);
    return host.protocol() == QAbstractSocket::IPv4Protocol &&
           std::ranges::none_of(elsewhere, [&](const auto &subnet) { return host.isInSubnet(subnet); });
}

} // namespace

void PeerLocator::Closer::operator()(MMDB_s *database) const
{
    MMDB_close(database);
    delete database;
}

Result<PeerLocator> PeerLocator::open(const std::string &path)
{
    if (path.empty())
        return PeerLocator();
    auto opened = std::make_unique<MMDB_s>();
    if (const int status = MMDB_open(path.c_str(), MMDB_MODE_MMAP, opened.get()); status != MMDB_SUCCESS)
        return unusable(path, status == MMDB_FILE_OPEN_ERROR ? std::strerror(errno) : MMDB_strerror(status));
    PeerLocator locator;
    locator.m_database.reset(opened.release());
    if (!hasPositions(*locator.m_database))
        return unusable(path,
                        std::string("it has no positions, being of the type ") + locator.m_database->metadata.database_type);
    return locator;
}

void PeerLocator::locate(std::span<Peer> peers)
{
    for (Peer &peer : peers)
        peer.position = positionOf(peer.address);
}

std::optional<GeoPosition> PeerLocator::positionOf(const std::string &address)
{
    if (!m_database)
        return std::nullopt;
    if (const auto known = m_known.find(address); known != m_known.end())
        return known->second;
    const std::string_view text = hostOf(address);
    const QString name = QString::fromUtf8(text.data(), static_cast<qsizetype>(text.size()));
    const QHostAddress host(name);
    std::optional<GeoPosition> position;
    // "1.2" is a host's name to the node, and to Qt short for 1.0.0.2.
    const bool isShort = host.protocol() == QAbstractSocket::IPv4Protocol && host.toString() != name;
    if (isPublic(host) && !isShort) {
        int parsed = 0, status = MMDB_SUCCESS;
        const MMDB_lookup_result_s found =
            MMDB_lookup_string(m_database.get(), host.toString().toUtf8().constData(), &parsed, &status);
        if (parsed == 0 && status == MMDB_SUCCESS && found.found_entry)
            position = positionAt(found.entry);
    }
    if (m_known.size() >= remembered)
        m_known.clear();
    m_known.emplace(address, position);
    return position;
}

} // namespace tipwatch
