// SPDX-License-Identifier: GPL-3.0-or-later
#include "server/gateway/front_door/representation.h"

#include <zlib.h>

#include <QByteArrayView>
#include <QCryptographicHash>

#include <algorithm>
#include <array>
#include <charconv>

namespace tipwatch {

namespace {

constexpr int gzipWindow = 15 + 16; ///< zlib: 32 KB, with gzip's header and trailer

std::string_view trimmed(std::string_view text)
{
    const std::size_t begin = text.find_first_not_of(" \t");
    return begin == std::string_view::npos ? std::string_view() : text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

/// Takes the part before the next @p separator off the front of @p text.
std::string_view takePart(std::string_view &text, char separator)
{
    const std::size_t end = std::min(text.find(separator), text.size());
    const std::string_view part = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    return part;
}

bool equalsIgnoringCase(std::string_view a, std::string_view b)
{
    const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; };
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [&](char x, char y) { return lower(x) == lower(y); });
}

/// "q=0.5" among @p parameters; 1 without, 0 if it is none.
double quality(std::string_view parameters)
{
    while (!parameters.empty()) {
        const std::string_view parameter = takePart(parameters, ';');
        if (parameter.size() < 2 || !equalsIgnoringCase(parameter.substr(0, 2), "q="))
            continue;
        const std::string_view text = parameter.substr(2);
        double value = 0;
        const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed);
        return error == std::errc() && end == text.data() + text.size() && value >= 0 && value <= 1 ? value : 0;
    }
    return 1;
}

} // namespace

bool acceptsGzip(std::string_view acceptEncoding)
{
    double gzip = -1, plain = -1, rest = -1; // -1: not named
    while (!acceptEncoding.empty()) {
        std::string_view item = takePart(acceptEncoding, ',');
        const std::string_view coding = takePart(item, ';');
        const double q = quality(item);
        if (equalsIgnoringCase(coding, "gzip") || equalsIgnoringCase(coding, "x-gzip"))
            gzip = q;
        else if (equalsIgnoringCase(coding, "identity"))
            plain = q;
        else if (coding == "*")
            rest = q;
    }
    const double wanted = gzip >= 0 ? gzip : rest;
    return wanted > 0 && wanted >= plain;
}

bool isListed(std::string_view ifNoneMatch, std::string_view etag)
{
    if (trimmed(ifNoneMatch) == "*")
        return true;
    while (true) { // tags may hold commas, so they are found by their quotes
        const std::size_t begin = ifNoneMatch.find('"');
        const std::size_t end = begin == std::string_view::npos ? begin : ifNoneMatch.find('"', begin + 1);
        if (end == std::string_view::npos)
            return false;
        if (ifNoneMatch.substr(begin, end + 1 - begin) == etag)
            return true;
        ifNoneMatch.remove_prefix(end + 1);
    }
}

std::string etagOf(std::string_view body)
{
    const auto hash =
        QCryptographicHash::hash(QByteArrayView(body.data(), static_cast<qsizetype>(body.size())), QCryptographicHash::Sha1);
    return '"' + hash.toHex().first(20).toStdString() + '"';
}

std::string gzipEtagOf(std::string_view etag)
{
    return std::string(etag.substr(0, etag.size() - 1)) + "-gz\"";
}

bool isCompressible(std::string_view contentType)
{
    return contentType.starts_with("text/") || contentType.starts_with("application/json") || contentType == "image/svg+xml";
}

std::string gzipped(std::string_view body, int level)
{
    z_stream stream{};
    if (deflateInit2(&stream, level, Z_DEFLATED, gzipWindow, 8, Z_DEFAULT_STRATEGY) != Z_OK)
        return {};
    std::string out(deflateBound(&stream, static_cast<uLong>(body.size())), '\0');
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(body.data()));
    stream.avail_in = static_cast<uInt>(body.size());
    stream.next_out = reinterpret_cast<Bytef *>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    const bool isWhole = deflate(&stream, Z_FINISH) == Z_STREAM_END;
    out.resize(isWhole ? stream.total_out : 0);
    deflateEnd(&stream);
    return out;
}

} // namespace tipwatch
