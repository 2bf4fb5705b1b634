/* SPDX-License-Identifier: Apache-2.0 */
#pragma once
/* The parts of khien-verify, in the order of doc/dossier-format.md, and what they know of the dossier. */
#include <jansson.h>
#include <sodium.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <zip.h>

#define HASH       32
#define HEX        (2 * HASH)
#define FILES_MAX  300000
#define TEXT_MAX   (256u << 20)  /* one file that is read into memory */
#define TEXTS_MAX  (1024u << 20) /* all compressed files together, unpacked */
#define PATH_LEN   200
#define PROOF_MAX  128
#define FAULTS_MAX 20
#define NOTE_MAX   65536

struct file {
	char name[PATH_LEN];
	uint64_t index, size;
	bool listed; /* in the manifest */
	bool used;   /* something in the dossier stands for it */
};

struct key {
	char name[PATH_LEN];
	uint8_t id[4], public_key[crypto_sign_PUBLICKEYBYTES];
};

struct point {
	char origin[PATH_LEN];
	uint64_t size;
	uint8_t root[HASH];
	char time[40];
};

/* The one dossier of this run: filled from top to bottom as its checks go on. */
struct dossier {
	zip_t *zip;
	struct file *file; /* in the order of their names */
	size_t files;
	json_t *manifest, *dossier;
	const char *agency, *incident;
	char signed_incident[PATH_LEN];
	struct key key;
	struct point point;
	json_t *image; /* "table/id" to the last image of rows that belong to the incident */
	json_t *faults;
	size_t fault_count, entries, evidence, erased;
};
extern struct dossier v;

/* ---- part.c ------------------------------------------------------------------------ */

/* Zeroed memory, freed by the caller with free(); ends the program with status 1 when there is none. */
void *allocate(size_t size);

/* False when the text is not exactly ${len} bytes in hex of small letters, or in padded base64. */
bool unhex(const char *text, uint8_t *ret, size_t len);
bool unbase64(const char *text, size_t text_len, uint8_t *ret, size_t len);

/* Whether the member is there, of that type, with that value. */
bool is_string(const json_t *object, const char *name, const char *text);
bool is_int(const json_t *object, const char *name, uint64_t value);

/* ---- report.c ---------------------------------------------------------------------- */

/* Notes a fault of a file in both languages; the same is noted once, FAULTS_MAX are kept, all are counted. */
void fault(const char *file, const char *vi, const char *en);

/* The verdict on standard output. ${key_given}: the key came from the caller, not out of the dossier. */
void print_json(bool key_given);
void print_text(bool key_given);

/* ---- proof.c: RFC 9162 §2.1.3.2, §2.1.4.2 ------------------------------------------ */

bool check_inclusion(uint64_t index, uint64_t size, const uint8_t *leaf, uint8_t proof[][HASH],
    size_t n, const uint8_t *root);

/* 0 < first < second */
bool check_consistency(uint64_t first, uint64_t second, const uint8_t *first_root,
    uint8_t proof[][HASH], size_t n, const uint8_t *second_root);

/* An array of hashes in hex; the number of them, or -1. */
int read_hashes(const json_t *list, uint8_t ret[PROOF_MAX][HASH]);

/* ---- note.c: "Signed notes" -------------------------------------------------------- */

/* "<name>+<8 hex>+<base64 of 0x01 and the public key>", a newline after it or not. */
bool read_key(const char *text, struct key *ret);

/* Whether the note has a good signature of the key; cuts the text off after its last newline. */
bool check_note(char *note, const struct key *key);

/* Origin, size, root, and the time among the extension lines. Cuts the text into its lines. */
bool read_point(char *text, struct point *ret);

/* ---- archive.c --------------------------------------------------------------------- */

/* Names, sizes and methods, before anything is unpacked. False when it is no use going on. */
bool list_files(uint64_t archive_size);

/* The file of that name, or NULL. use() marks it as one the dossier speaks of. */
struct file *find(const char *name);
void use(const char *name);

/* The whole file as a string without a zero byte in it, freed by the caller; NULL after noting why. */
char *read_text(const char *name, size_t max, size_t *ret_len);

/* A JSON object in which no name is there twice, or NULL after noting why. The caller decrefs it. */
json_t *parse(const char *name, const char *text);
json_t *read_json(const char *name);

/* False when it cannot be read whole. */
bool hash_file(const struct file *f, uint8_t *ret);

/* ---- manifest.c -------------------------------------------------------------------- */

/* Reads and hashes the list; false when there is none. check_signature() compares that hash. */
bool read_manifest(void);
void check_signature(void);

/* Every file is on it with its size and hash, and no other is there. False when it is no use going on. */
bool check_manifest(void);

/* ---- ledger.c ---------------------------------------------------------------------- */

/* checkpoint.txt into v.point; false when it is not signed with the key. */
bool check_point(void);

/* A checkpoint from outside, ${name} for its faults: the same tree, or one that this tree continues. */
void check_outside(char *note, const char *name);

/* Entries in order: hash, proof, and the rows they wrote into v.image. */
void check_entries(void);

/* Where a row stands in v.image; good until the next call. */
const char *image_key(const char *table, const char *id);

/* SHA-256(0x00 ‖ header ‖ SHA-256(salt ‖ payload)); counts an erased payload in v.erased. */
bool compute_leaf(const json_t *entry, const char *header, uint8_t *ret);

/* ---- rows.c, seal.c ---------------------------------------------------------------- */

/* Each row is the last the ledger wrote, each piece of evidence is there, no file stands for nothing. */
void check_rows(void);

/* A sealed incident: seal.json is the one its row names, and names these entries and no other. */
void check_seal(void);
