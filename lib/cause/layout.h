/* SPDX-License-Identifier: Apache-2.0 */
#pragma once

/*
 * What the path of a log tells about who wrote it: how Kubernetes, docker, Milvus, etcd and the
 * tools that collect logs name their files. Private to cause/.
 */

#include "base/arena.h"

struct layout {
	struct str instance;  /* pod, "pod/container", container or file: who wrote it; empty: not
	                         told */
	struct str space;     /* Kubernetes namespace; empty */
	struct str docker_id; /* of docker's own file; empty */
	bool is_previous;     /* of the run before */
	bool is_weak;         /* the instance is a file's name: files elsewhere may have the same */
};

/**
 * Take a path apart.
 *
 * path:     folders and members of archives, as in source.path
 * Lifetime: texts point into path or keep
 * Source:   kubelet, docker, lumberjack, logrotate, milvus's export-milvus-log.sh, must-gather,
 *           rancher's log collector, sos, troubleshoot.sh
 */
struct layout layout_of(struct str path, struct arena *keep);

/** "etcd", "milvus", "pulsar" ...: what program a pod, container or file of that name runs. Empty:
 * not known. */
struct str layout_component(struct str name);
/** A role of Milvus in that name: "querynode"; empty. */
struct str layout_role(struct str name);
/** The file's name without endings, but with a number before them: "etcd.1" of "etcd.1.log". */
struct str layout_numbered_name(struct str path);
/** Whether a name is that of a pod, which no other one has. */
bool layout_is_pod(struct str name);
/** The folder of a file, or archive of a member, that tells it from others of its name; n from 1:
 * the n-th from the end. */
struct str layout_folder(struct str path, unsigned n);
