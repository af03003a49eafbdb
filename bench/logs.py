# SPDX-License-Identifier: Apache-2.0
"""Made-up logs of services that are well: lines that no rule knows, in the shapes and the mix that Milvus and etcd print."""
import datetime
import random

SEED = 20240501
BEGIN = datetime.datetime(2024, 5, 1, 10, 0, 0)
CHUNK_LINES = 20000

MILVUS = (
    '[{t}] [INFO] [datacoord/services.go:{n3}] ["flush response with segments"] [traceID={hex32}] [collectionID={n18}] [sealSegments="[{n18}]"] [flushedSegmentsCount={n2}] [timeOfSeal={n3}.{n3}ms]\n',
    '[{t}] [INFO] [querynodev2/services.go:{n3}] ["search done"] [traceID={hex32}] [msgID={n18}] [collectionID={n18}] [channel=by-dev-rootcoord-dml_{n2}_{n18}v0] [scope=All] [segmentIDs="[{n18},{n18}]"]\n',
    '[{t}] [INFO] [proxy/impl.go:{n3}] ["received a search"] [traceID={hex32}] [role=proxy] [db=default] [collection=docs_{n2}] [partitions="[]"] [dsl=] [len(PlaceholderGroup)={n3}] [nq=1]\n',
    '[{t}] [INFO] [segments/segment_loader.go:{n3}] ["loading segments..."] [collectionID={n18}] [segmentType=Sealed] [segmentNum={n2}] [memory={n2}.{n2}GB]\n',
    '[{t}] [INFO] [balance/score_based_balancer.go:{n3}] ["node segment workload status"] [collectionID={n18}] [replicaID={n18}] [nodes="[{n2}]"]\n',
    '[{t}] [INFO] [datanode/flush_task_counter.go:{n3}] ["buffered rows of the channel"] [channel=by-dev-rootcoord-dml_{n2}] [rows={n3}] [size={n3}KB]\n',
)
ETCD = (
    '{{"level":"info","ts":"{z}","caller":"etcdserver/util.go:{n3}","msg":"served request","method":"/etcdserverpb.KV/Range","remote":"10.0.{n2}.{n2}:{n3}","count":{n2}}}\n',
    '{{"level":"info","ts":"{z}","caller":"mvcc/index.go:{n3}","msg":"index statistics","revision":{n6},"keys":{n6}}}\n',
    '{{"level":"info","ts":"{z}","caller":"etcdserver/metrics.go:{n3}","msg":"gathered metrics","local-member-id":"{hex16}","bytes":{n6}}}\n',
)


def rows(templates, seed, step_ms):
    """Endless chunks of lines whose stamps ascend."""
    chance, time = random.Random(seed), BEGIN
    while True:
        chunk = []
        for _ in range(CHUNK_LINES):
            time += datetime.timedelta(milliseconds=chance.randrange(2 * step_ms))
            millis = time.microsecond // 1000
            day, clock = time.strftime("%Y/%m/%d %H:%M:%S").split()
            number = chance.getrandbits(128)
            chunk.append(chance.choice(templates).format(
                t=f"{day} {clock}.{millis:03d} +00:00", z=f"{day.replace('/', '-')}T{clock}.{millis:03d}Z", hex32=f"{number:032x}",
                hex16=f"{number & 0xffffffffffffffff:016x}", n18=448000000000000000 + number % 10 ** 12, n6=number % 10 ** 6,
                n3=100 + number % 900, n2=10 + number % 90))
        yield "".join(chunk).encode()


def write(path, program, size, rename=lambda data: data):
    """A log of about size bytes. rename: what a wrapper does to a chunk."""
    templates, step_ms = (MILVUS, 30) if program == "milvus" else (ETCD, 100)
    beside = path.with_suffix(".part")
    with open(beside, "wb") as file:
        for chunk in rows(templates, SEED, step_ms):
            file.write(rename(chunk))
            if file.tell() >= size:
                break
    beside.rename(path)
