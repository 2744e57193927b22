// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/support/fixture.h"

#include <zlib.h>

#include <QFile>
#include <QString>

using namespace Qt::Literals::StringLiterals;

namespace tipwatch {
namespace {

QByteArray inflateGzip(const QByteArray &packed)
{
    z_stream stream{};
    stream.next_in = reinterpret_cast<Bytef *>(const_cast<char *>(packed.data()));
    stream.avail_in = static_cast<uInt>(packed.size());
    constexpr int gzipOnly = 16 + MAX_WBITS;
    if (inflateInit2(&stream, gzipOnly) != Z_OK)
        qFatal("inflateInit2 failed");
    QByteArray out, chunk(1 << 18, Qt::Uninitialized);
    int status = Z_OK;
    while (status == Z_OK) {
        stream.next_out = reinterpret_cast<Bytef *>(chunk.data());
        stream.avail_out = static_cast<uInt>(chunk.size());
        status = inflate(&stream, Z_NO_FLUSH);
        out.append(chunk.constData(), chunk.size() - static_cast<qsizetype>(stream.avail_out));
    }
    inflateEnd(&stream);
    if (status != Z_STREAM_END)
        qFatal("a fixture is no gzip file, or only part of one");
    return out;
}

} // namespace

QByteArray fixtureText(std::string_view name)
{
    const QString path = QStringLiteral(TIPWATCH_FIXTURES "/bitcoin-core-31/") +
                         QString::fromUtf8(name.data(), static_cast<qsizetype>(name.size()));
    QFile plain(path);
    if (plain.open(QIODevice::ReadOnly))
        return plain.readAll();
    QFile packed(path + u".gz"_s);
    if (!packed.open(QIODevice::ReadOnly))
        qFatal("no fixture %s or %s.gz", qPrintable(path), qPrintable(path));
    return inflateGzip(packed.readAll());
}

std::vector<QByteArray> fixtureLines(std::string_view name)
{
    const QByteArray text = fixtureText(name);
    std::vector<QByteArray> lines;
    for (qsizetype from = 0; from < text.size();) {
        qsizetype to = text.indexOf('\n', from);
        if (to < 0)
            to = text.size();
        if (to > from)
            lines.push_back(text.mid(from, to - from));
        from = to + 1;
    }
    return lines;
}

} // namespace tipwatch
