/* SPDX-License-Identifier: Apache-2.0 */
/* How far reading is, on one line of stderr, drawn by a thread of its own. */
#include "command.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum {
	DRAW_AFTER_MS = 1000, /* quicker work shows nothing */
	DRAW_EACH_MS = 200,
	LINE_MAX_BYTES = 256
};

#define WIPE "\r\x1b[K"

struct progress {
	const struct options *options;
	struct scan_progress counts;
	int64_t begin_ns;
	pthread_t thread;
	pthread_mutex_t lock;
	pthread_cond_t over;
	bool is_over;  /* under lock */
	bool is_drawn; /* the thread's, until it is joined */
};

static int64_t now_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_MONOTONIC, &now);
	return now.tv_sec * NS_PER_SEC + now.tv_nsec;
}

/* "1.2 GB": decimal, as rates are told. */
static void add_bytes(struct buf *out, double bytes)
{
	static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
	size_t unit = 0;
	while (unit + 1 < sizeof(units) / sizeof(units[0]) && bytes >= 999.5) {
		bytes /= 1000;
		unit++;
	}
	buf_printf(out, unit == 0 || bytes >= 99.5 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
}

static void add_time_left(struct buf *out, double seconds, enum text_lang lang)
{
	static const struct text_both left = TEXT_BOTH("left");
	unsigned long whole = seconds < 1e6 ? (unsigned long)(seconds + 0.5) : 1000000;
	bool is_before = lang == TEXT_ZH;
	struct str word = text_in(&left, lang);
	buf_printf(out, is_before ? ", " STR_FMT " " : ", ", STR_ARG(word));
	if (whole >= 3600) {
		buf_printf(out, "%lu h %02lu min", whole / 3600, whole / 60 % 60);
	} else if (whole >= 60) {
		buf_printf(out, "%lu min %02lu s", whole / 60, whole % 60);
	} else {
		buf_printf(out, "%lu s", whole);
	}
	if (!is_before) {
		buf_printf(out, " " STR_FMT, STR_ARG(word));
	}
}

/* "42 %, 1.2 GB of 2.9 GB, 310 MB/s, 5 s left"; without a total "1.2 GB, 310 MB/s". */
static void describe(struct progress *progress, struct buf *out)
{
	double read = (double)__atomic_load_n(&progress->counts.read_bytes, __ATOMIC_RELAXED);
	double total = (double)__atomic_load_n(&progress->counts.total_bytes, __ATOMIC_RELAXED);
	bool has_total =
		__atomic_load_n(&progress->counts.unknown, __ATOMIC_RELAXED) == 0 && total > 0;
	double seconds = (double)(now_ns() - progress->begin_ns) / (double)NS_PER_SEC;
	double rate = seconds > 0 ? read / seconds : 0;
	if (has_total) {
		/* What archives are looked through for may be read twice. */
		read = read < total ? read : total;
		buf_printf(out, "%d %%, ", (int)(100 * read / total));
	}
	add_bytes(out, read);
	if (has_total) {
		buf_add(out, str_from(text_translate(progress->options->lang, " of ")));
		add_bytes(out, total);
	}
	buf_add(out, STR(", "));
	add_bytes(out, rate);
	buf_add(out, STR("/s"));
	if (has_total && rate > 0) {
		add_time_left(out, (total - read) / rate, progress->options->lang);
	}
}

static void draw(struct progress *progress)
{
	struct buf line = {0};
	struct winsize size = {0};
	describe(progress, &line);
	size_t columns = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 1
	                         ? size.ws_col
	                         : LINE_MAX_BYTES;
	struct str shown = text_fit(buf_str(&line), columns - 1);
	fprintf(stderr, "\r" STR_FMT "\x1b[K", STR_ARG(shown));
	fflush(stderr);
	buf_finish(&line);
	progress->is_drawn = true;
}

static void add_ms(struct timespec *time, long ms)
{
	time->tv_sec += ms / 1000;
	time->tv_nsec += ms % 1000 * NS_PER_MS;
	if (time->tv_nsec >= NS_PER_SEC) {
		time->tv_sec++;
		time->tv_nsec -= NS_PER_SEC;
	}
}

static void *draw_until_over(void *context)
{
	struct progress *progress = context;
	bool is_forced = progress->options->progress > 0;
	struct timespec next;
	clock_gettime(CLOCK_MONOTONIC, &next);
	pthread_mutex_lock(&progress->lock);
	add_ms(&next, is_forced ? 0 : DRAW_AFTER_MS);
	while (!progress->is_over) {
		if (pthread_cond_timedwait(&progress->over, &progress->lock, &next) != 0) {
			draw(progress);
			add_ms(&next, DRAW_EACH_MS);
		}
	}
	pthread_mutex_unlock(&progress->lock);
	if (is_forced) {
		draw(progress);
	}
	return NULL;
}

static bool is_wanted(const struct options *options, const struct scan_options *scan)
{
	if (options->progress != 0) {
		return options->progress > 0;
	}
	/* Events that scroll by show how far it is. */
	bool is_scrolling = scan->event != NULL && options->output == NULL && isatty(STDOUT_FILENO);
	return options->verbosity >= 0 && isatty(STDERR_FILENO) && !is_scrolling;
}

static bool progress_begin(struct progress *progress)
{
	pthread_condattr_t attributes;
	pthread_condattr_init(&attributes);
	pthread_condattr_setclock(&attributes, CLOCK_MONOTONIC);
	pthread_mutex_init(&progress->lock, NULL);
	pthread_cond_init(&progress->over, &attributes);
	pthread_condattr_destroy(&attributes);
	return pthread_create(&progress->thread, NULL, draw_until_over, progress) == 0;
}

static void unwipe_at(int number)
{
	if (signal(number, SIG_DFL) == SIG_IGN) {
		signal(number, SIG_IGN);
	}
}

static void progress_end(struct progress *progress)
{
	pthread_mutex_lock(&progress->lock);
	progress->is_over = true;
	pthread_cond_signal(&progress->over);
	pthread_mutex_unlock(&progress->lock);
	pthread_join(progress->thread, NULL);
	if (progress->is_drawn) {
		fputs(WIPE, stderr);
		fflush(stderr);
	}
	unwipe_at(SIGINT);
	unwipe_at(SIGTERM);
}

/* Nothing but what a signal handler may do. */
static void wipe_and_end(int number)
{
	ssize_t written = write(STDERR_FILENO, WIPE, sizeof(WIPE) - 1);
	(void)written;
	signal(number, SIG_DFL);
	raise(number);
}

/* Whoever interrupts it finds a clean line. */
static void wipe_at(int number)
{
	if (signal(number, wipe_and_end) == SIG_IGN) {
		signal(number, SIG_IGN);
	}
}

void progress_scan(const struct options *options, const struct input_list *list,
                   const struct scan_options *scan, struct digest *digest,
                   struct scan_result *result)
{
	struct progress progress = {.options = options, .begin_ns = now_ns()};
	struct scan_options watched = *scan;
	bool is_begun = is_wanted(options, scan) && progress_begin(&progress);
	watched.progress = is_begun ? &progress.counts : NULL;
	if (is_begun) {
		wipe_at(SIGINT);
		wipe_at(SIGTERM);
	}
	scan_inputs(list, &watched, digest, result);
	if (is_begun) {
		progress_end(&progress);
	}
}
