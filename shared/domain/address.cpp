// SPDX-License-Identifier: GPL-3.0-or-later
#include "shared/domain/address.h"

#include "shared/domain/base58.h"
#include "shared/domain/bech32.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace tipwatch {
namespace {

/// How addresses of a network begin (Bitcoin Core, chainparams.cpp).
struct AddressFormat {
    std::string_view network;
    std::string_view prefix;     ///< of Bech32
    std::uint8_t pubKeyHash = 0; ///< first byte in base 58
    std::uint8_t scriptHash = 0;
};

constexpr std::array<AddressFormat, 5> formats{{
    {"main", "bc", 0, 5},
    {"test", "tb", 111, 196},
    {"testnet4", "tb", 111, 196},
    {"signet", "tb", 111, 196},
    {"regtest", "bcrt", 111, 196},
}};

constexpr std::size_t longestScript = 10'000; // bytes; longer ones cannot be spent (Bitcoin Core, MAX_SCRIPT_SIZE)
constexpr std::size_t hashSize = 20;
constexpr std::size_t shortestProgram = 2, longestProgram = 40; // bytes (BIP 141)
constexpr std::uint8_t highestVersion = 16;

enum Opcode : std::uint8_t {
    OP_0 = 0x00,
    OP_1 = 0x51,
    OP_16 = 0x60,
    OP_DUP = 0x76,
    OP_EQUAL = 0x87,
    OP_EQUALVERIFY = 0x88,
    OP_HASH160 = 0xa9,
    OP_CHECKSIG = 0xac
};

using Bytes = std::span<const std::uint8_t>;

const AddressFormat *formatOf(std::string_view network)
{
    const auto found = std::ranges::find(formats, network, &AddressFormat::network);
    return found == formats.end() ? nullptr : &*found;
}

tl::unexpected<Error> wrong(std::string_view text, const std::string &why)
{
    constexpr std::size_t shown = 100; // characters; longer ones are no address anyway
    return failure("\"" + std::string(text.substr(0, shown)) + "\" is no address: " + why + ".");
}

/// Says which networks have such addresses, as @p belongs tells.
template <class Belongs>
tl::unexpected<Error> ofAnotherNetwork(std::string_view text, const AddressFormat &wanted, Belongs belongs)
{
    std::string names;
    for (const AddressFormat &format : formats) {
        if (belongs(format))
            names.append(names.empty() ? "" : ", ").append(format.network);
    }
    if (names.empty())
        return wrong(text, "it does not begin like one of the network \"" + std::string(wanted.network) + "\"");
    return failure("\"" + std::string(text) + "\" is an address of another network (" + names + "); this one is \"" +
                   std::string(wanted.network) + "\".");
}

Script joined(std::initializer_list<std::uint8_t> before, Bytes middle, std::initializer_list<std::uint8_t> after = {})
{
    Script script(before);
    script.insert(script.end(), middle.begin(), middle.end());
    script.insert(script.end(), after);
    return script;
}

// --- Bech32: the witness version and the program (BIP 141)

std::vector<std::uint8_t> inGroupsOfFive(Bytes bytes)
{
    std::vector<std::uint8_t> groups;
    unsigned pending = 0, bits = 0;
    for (const std::uint8_t byte : bytes) {
        pending = (pending << 8 | byte) & 0xfff;
        for (bits += 8; bits >= 5; bits -= 5)
            groups.push_back(static_cast<std::uint8_t>(pending >> (bits - 5) & 31));
    }
    if (bits > 0)
        groups.push_back(static_cast<std::uint8_t>(pending << (5 - bits) & 31));
    return groups;
}

/// Nothing if more than the filling of a byte is left over, or if that is not zero.
std::optional<std::vector<std::uint8_t>> inBytes(Bytes groups)
{
    std::vector<std::uint8_t> bytes;
    unsigned pending = 0, bits = 0;
    for (const std::uint8_t group : groups) {
        pending = (pending << 5 | group) & 0xfff;
        bits += 5;
        if (bits >= 8) {
            bits -= 8;
            bytes.push_back(static_cast<std::uint8_t>(pending >> bits));
        }
    }
    if (bits >= 5 || (pending & ((1u << bits) - 1)) != 0)
        return std::nullopt;
    return bytes;
}

Result<Script> witnessScript(std::string_view text, const Bech32Text &decoded, const AddressFormat &format)
{
    if (decoded.prefix != format.prefix)
        return ofAnotherNetwork(text, format, [&](const AddressFormat &other) { return other.prefix == decoded.prefix; });
    if (decoded.values.empty())
        return wrong(text, "there is nothing between its prefix and its checksum");
    const std::uint8_t version = decoded.values.front();
    if (version > highestVersion)
        return wrong(text, "there is no witness version " + std::to_string(version));
    if ((version == 0) != (decoded.checksum == Bech32Checksum::Bech32))
        return wrong(text, version == 0 ? "witness version 0 has Bech32 checksums, not Bech32m"
                                        : "witness versions above 0 have Bech32m checksums, not Bech32");
    const auto program = inBytes(Bytes(decoded.values).subspan(1));
    if (!program)
        return wrong(text, "it does not end with a whole byte");
    const std::size_t size = program->size();
    if (size < shortestProgram || size > longestProgram || (version == 0 && size != 20 && size != 32))
        return wrong(text, "a witness program of version " + std::to_string(version) + " does not have " + std::to_string(size) +
                               " bytes");
    const auto opcode = static_cast<std::uint8_t>(version == 0 ? OP_0 : OP_1 - 1 + version);
    return joined({opcode, static_cast<std::uint8_t>(size)}, *program);
}

std::optional<std::string> witnessAddress(Bytes script, const AddressFormat &format)
{
    if (script.size() < 2 + shortestProgram || script.size() > 2 + longestProgram || script[1] != script.size() - 2)
        return std::nullopt;
    const std::uint8_t opcode = script[0];
    if (opcode != OP_0 && (opcode < OP_1 || opcode > OP_16))
        return std::nullopt;
    const Bytes program = script.subspan(2);
    if (opcode == OP_0 && program.size() != 20 && program.size() != 32)
        return std::nullopt;
    std::vector<std::uint8_t> values = inGroupsOfFive(program);
    values.insert(values.begin(), static_cast<std::uint8_t>(opcode == OP_0 ? 0 : opcode - OP_1 + 1));
    return encodeBech32(format.prefix, values, opcode == OP_0 ? Bech32Checksum::Bech32 : Bech32Checksum::Bech32m);
}

// --- base 58: a byte that tells the kind, and a hash

Result<Script> hashScript(std::string_view text, Bytes decoded, const AddressFormat &format)
{
    if (decoded.size() != 1 + hashSize)
        return wrong(text, "it holds " + std::to_string(decoded.size()) + " bytes, not 21");
    const std::uint8_t kind = decoded.front();
    const Bytes hash = decoded.subspan(1);
    if (kind == format.pubKeyHash)
        return joined({OP_DUP, OP_HASH160, hashSize}, hash, {OP_EQUALVERIFY, OP_CHECKSIG});
    if (kind == format.scriptHash)
        return joined({OP_HASH160, hashSize}, hash, {OP_EQUAL});
    return ofAnotherNetwork(text, format,
                            [&](const AddressFormat &other) { return other.pubKeyHash == kind || other.scriptHash == kind; });
}

std::optional<std::string> hashAddress(Bytes script, const AddressFormat &format)
{
    constexpr std::array<std::uint8_t, 3> pubKeyHashHead{OP_DUP, OP_HASH160, hashSize};
    constexpr std::array<std::uint8_t, 2> pubKeyHashTail{OP_EQUALVERIFY, OP_CHECKSIG}, scriptHashHead{OP_HASH160, hashSize};
    const auto hasForm = [&](Bytes head, Bytes tail) {
        return script.size() == head.size() + hashSize + tail.size() && std::ranges::equal(script.first(head.size()), head) &&
               std::ranges::equal(script.last(tail.size()), tail);
    };
    const std::uint8_t equal = OP_EQUAL;
    if (hasForm(pubKeyHashHead, pubKeyHashTail))
        return encodeBase58Check(joined({format.pubKeyHash}, script.subspan(pubKeyHashHead.size(), hashSize)));
    if (hasForm(scriptHashHead, Bytes(&equal, 1)))
        return encodeBase58Check(joined({format.scriptHash}, script.subspan(scriptHashHead.size(), hashSize)));
    return std::nullopt;
}

// --- hex

int nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

Result<Script> hexScript(std::string_view hex)
{
    if (hex.size() % 2 != 0)
        return failure("A script in hex has an even number of digits; here are " + std::to_string(hex.size()) + ".");
    if (hex.size() > 2 * longestScript)
        return failure("A script has at most " + std::to_string(longestScript) + " bytes; here are " +
                       std::to_string(hex.size() / 2) + ".");
    Script script;
    script.reserve(hex.size() / 2);
    for (std::size_t i = 0; i < hex.size(); i += 2)
        script.push_back(static_cast<std::uint8_t>(nibble(hex[i]) << 4 | nibble(hex[i + 1])));
    return script;
}

/// Whether @p text is meant to be in Bech32: it begins with the prefix of a network.
bool looksLikeBech32(std::string_view text)
{
    std::string lower;
    for (const char c : text.substr(0, 5))
        lower.push_back(c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c);
    return std::ranges::any_of(formats, [&](const AddressFormat &format) {
        return lower.starts_with(format.prefix) && lower.size() > format.prefix.size() && lower[format.prefix.size()] == '1';
    });
}

} // namespace

Result<Script> scriptOf(std::string_view addressOrHexScript, std::string_view network)
{
    const std::string_view text = addressOrHexScript;
    const AddressFormat *format = formatOf(network);
    if (!format)
        return failure("The addresses of the network \"" + std::string(network) + "\" are not known.");
    if (text.empty())
        return failure("An address is missing.");
    const auto inBech32 = decodeBech32(text);
    if (inBech32)
        return witnessScript(text, *inBech32, *format);
    if (looksLikeBech32(text))
        return wrong(text, inBech32.error().message);
    const auto inBase58 = decodeBase58Check(text);
    if (inBase58)
        return hashScript(text, *inBase58, *format);
    if (std::ranges::all_of(text, [](char c) { return nibble(c) >= 0; }))
        return hexScript(text);
    return wrong(text, inBase58.error().message);
}

std::optional<std::string> addressOf(std::span<const std::uint8_t> script, std::string_view network)
{
    const AddressFormat *format = formatOf(network);
    if (!format)
        return std::nullopt;
    if (auto address = hashAddress(script, *format))
        return address;
    return witnessAddress(script, *format);
}

} // namespace tipwatch
