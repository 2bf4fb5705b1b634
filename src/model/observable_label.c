/* SPDX-License-Identifier: Apache-2.0 */
#include "model/observable_private.h"

#include <strings.h>

/*
 * The endings worth knowing, not all there are: the TLDs seen in Viet Nam and
 * in abuse reports, and the extensions of documents, programs, scripts and of
 * files locked by ransomware.  TLDs that are English words, or Vietnamese ones
 * typed without marks, are weak: "xong.la" is two sentences, not a name.
 * Sorted by byte order for bsearch.
 */
struct known {
	char text[12];
	enum observable_label label;
};

#define TLD      LABEL_TLD
#define TLD_WEAK LABEL_TLD_WEAK
#define EXT      LABEL_EXT
#define EXT_TLD  LABEL_EXT_TLD

static const struct known known[] = {
	{ "7z", EXT }, { "ac", TLD_WEAK }, { "accdb", EXT }, { "ae", TLD }, { "aero", TLD },
	{ "ai", TLD }, { "am", TLD_WEAK }, { "apk", EXT }, { "app", TLD_WEAK }, { "ar", TLD },
	{ "arpa", TLD }, { "art", TLD_WEAK }, { "as", TLD_WEAK }, { "asia", TLD },
	{ "asp", EXT }, { "aspx", EXT }, { "at", TLD_WEAK }, { "au", TLD }, { "avi", EXT },
	{ "bak", EXT }, { "bash", EXT }, { "bat", EXT }, { "bd", TLD }, { "be", TLD_WEAK },
	{ "best", TLD_WEAK }, { "bg", TLD }, { "bid", TLD }, { "bin", EXT }, { "biz", TLD },
	{ "blog", TLD_WEAK }, { "blue", TLD_WEAK }, { "bmp", EXT }, { "br", TLD },
	{ "buzz", TLD }, { "by", TLD_WEAK }, { "bz2", EXT }, { "ca", TLD_WEAK }, { "cab", EXT },
	{ "cc", TLD }, { "cer", EXT }, { "cf", TLD }, { "cfd", TLD }, { "cfg", EXT },
	{ "ch", TLD }, { "chm", EXT }, { "click", TLD }, { "cloud", TLD }, { "club", TLD },
	{ "cmd", EXT }, { "cn", TLD }, { "co", TLD_WEAK }, { "com", TLD }, { "conf", EXT },
	{ "coop", TLD }, { "corp", TLD_WEAK }, { "cpl", EXT }, { "crt", EXT }, { "csv", EXT },
	{ "cx", TLD_WEAK }, { "cyou", TLD }, { "cz", TLD }, { "dat", EXT }, { "date", TLD_WEAK },
	{ "db", EXT }, { "de", TLD }, { "dev", TLD }, { "dk", TLD_WEAK }, { "dll", EXT },
	{ "dmg", EXT }, { "do", TLD_WEAK }, { "doc", EXT }, { "docb", EXT }, { "docm", EXT },
	{ "docx", EXT }, { "dot", EXT }, { "dotm", EXT }, { "download", TLD }, { "dwg", EXT },
	{ "edu", TLD }, { "email", TLD_WEAK }, { "eml", EXT }, { "encrypted", EXT },
	{ "es", TLD }, { "eu", TLD }, { "evtx", EXT }, { "exe", EXT }, { "fi", TLD_WEAK },
	{ "flv", EXT }, { "fm", TLD_WEAK }, { "fr", TLD }, { "fun", TLD_WEAK },
	{ "ga", TLD_WEAK }, { "gd", TLD }, { "gif", EXT }, { "gl", TLD }, { "goog", TLD },
	{ "gov", TLD }, { "gq", TLD }, { "gr", TLD_WEAK }, { "gz", EXT }, { "heic", EXT },
	{ "help", TLD_WEAK }, { "hk", TLD }, { "host", TLD }, { "hta", EXT }, { "htm", EXT },
	{ "html", EXT }, { "hu", TLD_WEAK }, { "ico", EXT }, { "icu", TLD }, { "id", TLD_WEAK },
	{ "il", TLD }, { "im", TLD_WEAK }, { "img", EXT }, { "in", TLD_WEAK }, { "inf", EXT },
	{ "info", TLD }, { "ini", EXT }, { "ink", TLD_WEAK }, { "int", TLD },
	{ "internal", TLD_WEAK }, { "io", TLD }, { "iq", TLD }, { "iqy", EXT }, { "ir", TLD },
	{ "is", TLD_WEAK }, { "iso", EXT }, { "it", TLD_WEAK }, { "jar", EXT },
	{ "java", EXT_TLD }, { "jobs", TLD }, { "jp", TLD }, { "jpeg", EXT }, { "jpg", EXT },
	{ "js", EXT }, { "jse", EXT }, { "json", EXT }, { "jsp", EXT }, { "jspx", EXT },
	{ "key", EXT }, { "kh", TLD }, { "kr", TLD }, { "kz", TLD }, { "la", TLD_WEAK },
	{ "lan", TLD }, { "life", TLD_WEAK }, { "link", TLD_WEAK }, { "live", TLD_WEAK },
	{ "lk", TLD }, { "lnk", EXT }, { "loan", TLD }, { "local", TLD }, { "lockbit", EXT },
	{ "locked", EXT }, { "log", EXT }, { "ly", TLD }, { "lz", EXT }, { "ma", TLD_WEAK },
	{ "md", EXT_TLD }, { "mdb", EXT }, { "me", TLD_WEAK }, { "men", TLD_WEAK },
	{ "mil", TLD }, { "mkv", EXT }, { "ml", EXT_TLD }, { "mm", TLD_WEAK },
	{ "mo", TLD_WEAK }, { "mobi", TLD }, { "monster", TLD }, { "mov", EXT_TLD },
	{ "mp3", EXT }, { "mp4", EXT }, { "mpp", EXT }, { "ms", TLD_WEAK }, { "msg", EXT },
	{ "msi", EXT }, { "msp", EXT }, { "mu", TLD_WEAK }, { "mx", TLD }, { "my", TLD_WEAK },
	{ "name", TLD_WEAK }, { "net", TLD }, { "news", TLD_WEAK }, { "nl", TLD },
	{ "no", TLD_WEAK }, { "np", TLD }, { "nu", TLD_WEAK }, { "nz", TLD }, { "ocx", EXT },
	{ "odp", EXT }, { "ods", EXT }, { "odt", EXT }, { "one", TLD_WEAK }, { "onion", TLD },
	{ "online", TLD }, { "org", TLD }, { "ost", EXT }, { "p12", EXT }, { "page", TLD_WEAK },
	{ "pcap", EXT }, { "pcapng", EXT }, { "pdb", EXT }, { "pem", EXT }, { "pfx", EXT },
	{ "ph", TLD }, { "php", EXT }, { "phtml", EXT }, { "pk", TLD }, { "pl", EXT_TLD },
	{ "png", EXT }, { "pot", EXT }, { "potx", EXT }, { "pps", EXT }, { "ppsx", EXT },
	{ "ppt", EXT }, { "pptm", EXT }, { "pptx", EXT }, { "press", TLD_WEAK },
	{ "pro", TLD_WEAK }, { "ps", EXT_TLD }, { "ps1", EXT }, { "psd", EXT }, { "psm1", EXT },
	{ "pst", EXT }, { "pt", TLD_WEAK }, { "pub", EXT }, { "pw", TLD }, { "py", EXT_TLD },
	{ "quest", TLD }, { "racing", TLD }, { "rar", EXT }, { "red", TLD_WEAK }, { "reg", EXT },
	{ "rest", TLD }, { "ro", TLD_WEAK }, { "rs", EXT_TLD }, { "rtf", EXT }, { "ru", TLD },
	{ "run", TLD_WEAK }, { "sa", TLD_WEAK }, { "sav", EXT }, { "sbs", TLD }, { "scr", EXT },
	{ "sct", EXT }, { "se", TLD_WEAK }, { "sg", TLD }, { "sh", EXT_TLD }, { "shop", TLD },
	{ "site", TLD }, { "sk", TLD }, { "so", TLD_WEAK }, { "space", TLD_WEAK },
	{ "sql", EXT }, { "st", TLD_WEAK }, { "store", TLD }, { "stream", TLD_WEAK },
	{ "su", TLD }, { "support", TLD_WEAK }, { "svg", EXT }, { "swf", EXT }, { "sys", EXT },
	{ "tar", EXT }, { "tech", TLD }, { "temp", EXT }, { "tgz", EXT }, { "th", TLD_WEAK },
	{ "thmx", EXT }, { "tif", EXT }, { "tiff", EXT }, { "tk", TLD }, { "tmp", EXT },
	{ "to", TLD_WEAK }, { "today", TLD_WEAK }, { "top", TLD }, { "torrent", EXT },
	{ "tr", TLD }, { "trade", TLD_WEAK }, { "travel", TLD }, { "tv", TLD }, { "tw", TLD },
	{ "txt", EXT }, { "ua", TLD_WEAK }, { "uk", TLD }, { "url", EXT }, { "us", TLD_WEAK },
	{ "vbe", EXT }, { "vbs", EXT }, { "vbscript", EXT }, { "vhd", EXT }, { "vhdx", EXT },
	{ "vi", TLD_WEAK }, { "vip", TLD }, { "vmdk", EXT }, { "vn", TLD }, { "war", EXT },
	{ "wav", EXT }, { "webp", EXT }, { "website", TLD }, { "wiki", TLD_WEAK },
	{ "wim", EXT }, { "win", TLD_WEAK }, { "wmv", EXT }, { "work", TLD_WEAK },
	{ "world", TLD_WEAK }, { "ws", TLD }, { "wsf", EXT }, { "xls", EXT }, { "xlsb", EXT },
	{ "xlsm", EXT }, { "xlsx", EXT }, { "xml", EXT }, { "xps", EXT }, { "xyz", TLD },
	{ "xz", EXT }, { "yaml", EXT }, { "yml", EXT }, { "zip", EXT_TLD }, { "zone", TLD_WEAK },
	{ "zst", EXT },
};

static int
by_text(const void *key, const void *entry)
{
	return strcmp(key, ((const struct known *)entry)->text);
}

enum observable_label
observable_label(const char *s, size_t len)
{
	char text[sizeof(known[0].text)];
	const struct known *entry;

	if (len > 4 && strncasecmp(s, "xn--", 4) == 0)
		return LABEL_TLD;
	if (len >= sizeof(text))
		return LABEL_UNKNOWN;
	for (size_t i = 0; i < len; i++)
		text[i] = s[i] >= 'A' && s[i] <= 'Z' ? (char)(s[i] + 0x20) : s[i];
	text[len] = '\0';
	entry = bsearch(text, known, ARRAY_LEN(known), sizeof(known[0]), by_text);
	return entry == NULL ? LABEL_UNKNOWN : entry->label;
}
