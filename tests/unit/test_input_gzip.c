/* SPDX-License-Identifier: Apache-2.0 */
/* gzip, whole and damaged: each decoder that is built in gives the same bytes, and the same words.
 */
#include "base/buf.h"
#include "input/inflate.h"
#include "test.h"

#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

enum { NO_DAMAGE = INPUT_DAMAGE_COUNT, LINES = 4000, TRAILER_BYTES = 8 };

/* Lines that differ enough for several blocks of deflate. */
static struct buf log_of(unsigned first)
{
	struct buf text = {0};
	uint64_t random = first;
	for (unsigned i = 0; i < LINES; i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		buf_printf(&text, "%u took=%llu key=by-dev/meta/%llx\n", first + i,
		           (unsigned long long)(random >> 40), (unsigned long long)random);
	}
	return text;
}

static void add_member(struct buf *gz, struct str text)
{
	z_stream stream = {.next_in = (unsigned char *)(uintptr_t)text.ptr,
	                   .avail_in = (unsigned)text.len};
	assert_int(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY), Z_OK);
	size_t room = deflateBound(&stream, text.len);
	stream.next_out = (unsigned char *)buf_reserve(gz, room);
	stream.avail_out = (unsigned)room;
	assert_int(deflate(&stream, Z_FINISH), Z_STREAM_END);
	gz->len += stream.total_out;
	deflateEnd(&stream);
}

static void unpack(struct str gz, const struct inflate_engine *engine, size_t step,
                   struct account *account, struct buf *out)
{
	int fd = memfd_create("gz", 0);
	assert_int(write(fd, gz.ptr, gz.len), gz.len);
	assert_int(lseek(fd, 0, SEEK_SET), 0);
	*account = (struct account){.limits = input_limits_default()};
	struct feed *file = feed_file_open(fd, account, STR("a.gz"));
	struct feed *feed = inflate_gzip_open(file, engine);
	size_t count = 1;
	while (count > 0) {
		count = feed_read(feed, buf_reserve(out, step), step);
		assert_true(count <= step);
		out->len += count;
	}
	feed_close(feed);
	feed_close(file);
}

static void check(struct str gz, struct str want, int damage, const char *name, int line)
{
	const struct inflate_engine *const engines[] = {&inflate_zlib, inflate_fast};
	const size_t steps[] = {1 << 20, 4099, 1};
	for (size_t i = 0; i < 6; i++) {
		struct buf out = {0};
		struct account account;
		unpack(gz, engines[i % 2], steps[i / 2], &account, &out);
		int found =
			account.damage.count == 0 ? NO_DAMAGE : (int)account.damage.items[0].kind;
		if (!str_equals(buf_str(&out), want) || found != damage) {
			print_error("%s by %s in steps of %zu: %zu bytes, damage %d\n", name,
			            engines[i % 2]->name, steps[i / 2], out.len, found);
			_fail(__FILE__, line);
		}
		account_finish(&account);
		buf_finish(&out);
	}
}

/** Unpacked in every way, gz gives want and this damage first. */
#define assert_unpacks(gz, want, damage) check(buf_str(gz), (want), (damage), #gz, __LINE__)

static void members_stand_behind_each_other(void **state)
{
	(void)state;
	struct buf text = log_of(1), gz = {0};
	add_member(&gz, str_slice(buf_str(&text), 0, 1000));
	add_member(&gz, STR(""));
	add_member(&gz, str_skip(buf_str(&text), 1000));
	assert_unpacks(&gz, buf_str(&text), NO_DAMAGE);
	buf_finish(&text);
	buf_finish(&gz);
}

static void a_wrong_checksum_is_told_and_costs_nothing(void **state)
{
	(void)state;
	struct buf text = log_of(2), gz = {0};
	add_member(&gz, buf_str(&text));
	gz.ptr[gz.len - TRAILER_BYTES] ^= 1;
	assert_unpacks(&gz, buf_str(&text), INPUT_CHECKSUM);
	buf_finish(&text);
	buf_finish(&gz);
}

static void what_follows_is_told_and_left_out(void **state)
{
	(void)state;
	struct buf text = log_of(3), gz = {0};
	add_member(&gz, buf_str(&text));
	buf_add(&gz, STR("no gzip"));
	assert_unpacks(&gz, buf_str(&text), INPUT_TRAILING);
	buf_finish(&text);
	buf_finish(&gz);
}

/* What zlib gives of gz, to be a part of text that is not too short. */
static struct buf part_of(const struct buf *gz, const struct buf *text, size_t least)
{
	struct account account;
	struct buf part = {0};
	unpack(buf_str(gz), &inflate_zlib, 4096, &account, &part);
	account_finish(&account);
	assert_true(part.len >= least && part.len < text->len);
	return part;
}

static void a_cut_member_gives_all_that_is_there(void **state)
{
	(void)state;
	struct buf text = log_of(4), gz = {0};
	add_member(&gz, buf_str(&text));
	gz.len /= 2;
	struct buf part = part_of(&gz, &text, text.len * 2 / 5);
	assert_true(str_starts(buf_str(&text), buf_str(&part)));
	assert_unpacks(&gz, buf_str(&part), INPUT_CUT);
	buf_finish(&part);
	buf_finish(&text);
	buf_finish(&gz);
}

static void a_member_behind_a_damaged_one_is_found(void **state)
{
	(void)state;
	struct buf text = log_of(5), other = log_of(6), gz = {0};
	add_member(&gz, buf_str(&text));
	memset(gz.ptr + gz.len / 2, 0x55, gz.len / 4);
	add_member(&gz, buf_str(&other));
	struct buf both = {0};
	buf_add(&both, buf_str(&text));
	buf_add(&both, buf_str(&other));
	struct buf part = part_of(&gz, &both, other.len + text.len / 3);
	assert_true(str_ends(buf_str(&part), buf_str(&other)));
	assert_unpacks(&gz, buf_str(&part), INPUT_CORRUPT);
	buf_finish(&part);
	buf_finish(&both);
	buf_finish(&other);
	buf_finish(&text);
	buf_finish(&gz);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(members_stand_behind_each_other),
		cmocka_unit_test(a_wrong_checksum_is_told_and_costs_nothing),
		cmocka_unit_test(what_follows_is_told_and_left_out),
		cmocka_unit_test(a_cut_member_gives_all_that_is_there),
		cmocka_unit_test(a_member_behind_a_damaged_one_is_found),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
