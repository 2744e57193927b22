// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <string_view>

// In which form an answer is sent, and whether at all: RFC 9110, 8.8, 12.5 and 13.
namespace tipwatch {

/// Whether @p acceptEncoding, the field's value, lets us send gzip, and does not like the plain form better.
bool acceptsGzip(std::string_view acceptEncoding);

/// Whether @p etag (quoted) is among those of @p ifNoneMatch, the field's value: what the client has is still good.
bool isListed(std::string_view ifNoneMatch, std::string_view etag);

/// A strong ETag, quoted, of the bytes of @p body.
std::string etagOf(std::string_view body);

/// The ETag of the same content in gzip: other bytes, so another tag.
std::string gzipEtagOf(std::string_view etag);

/// Whether what is sent with this Content-Type becomes smaller.
bool isCompressible(std::string_view contentType);

/// @p body in gzip's format; @p level as zlib has it. @return empty if zlib could not.
std::string gzipped(std::string_view body, int level);

} // namespace tipwatch
