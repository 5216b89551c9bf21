package io.shoppipe.stream;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListMap;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.Path;
import org.apache.hadoop.fs.PathFilter;
import org.apache.spark.sql.execution.streaming.checkpointing.CheckpointFileManager;

/**
 * Checkpoints in the driver's memory, for a stream whose truth is elsewhere: two file syncs per micro-batch less. Set as
 * {@code spark.sql.streaming.checkpointFileManagerClass}; a checkpoint location is any path such as {@code memory:/<uuid>}, and every
 * instance sees all of them. Not for stateful queries: executors would have a memory of their own.
 */
public final class MemoryCheckpoints implements CheckpointFileManager {
  /** Files by path, folders as null content; ordered, so that what is below a folder stands together. */
  private static final ConcurrentSkipListMap<String, Stored> ENTRIES = new ConcurrentSkipListMap<>();

  private record Stored(byte[] content, long modified) {
    static Stored file(byte[] content) {
      return new Stored(content, System.currentTimeMillis());
    }

    static Stored folder() {
      return file(null);
    }

    boolean isFolder() {
      return content == null;
    }
  }

  private final Path root;

  /** For Spark, which makes one per log of a query. */
  public MemoryCheckpoints(Path root, Configuration configuration) {
    this.root = root;
  }

  /**
   * The text of a file, as {@code memory:/<uuid>/offsets/7}, which Spark writes before it runs batch 7.
   *
   * @return null if there is none
   */
  public static String read(String path) {
    Stored stored = ENTRIES.get(key(new Path(path)));
    return stored == null || stored.isFolder() ? null : new String(stored.content(), StandardCharsets.UTF_8);
  }

  /** Drops everything at and below a path: a checkpoint whose query has ended. */
  public static void forget(String root) {
    remove(key(new Path(root)));
  }

  @Override
  public CancellableFSDataOutputStream createAtomic(Path path, boolean overwriteIfPossible) {
    return new AtomicFile(path, overwriteIfPossible, new ByteArrayOutputStream());
  }

  @Override
  public FSDataInputStream open(Path path) {
    Stored stored = existing(path);
    if (stored.isFolder()) {
      throw thrown(new FileNotFoundException(path + " is a folder"));
    }
    return new FSDataInputStream(new MemoryInput(stored.content()));
  }

  @Override
  public FileStatus[] list(Path path, PathFilter filter) {
    String folder = key(path);
    if (!existing(path).isFolder()) {
      return filter.accept(path) ? new FileStatus[] {status(folder)} : new FileStatus[0];
    }
    // What is below a folder that nobody made stands for the folder.
    TreeSet<String> children = new TreeSet<>();
    for (String key : below(folder).keySet()) {
      int slash = key.indexOf('/', prefix(folder).length());
      children.add(slash < 0 ? key : key.substring(0, slash));
    }
    return children.stream()
        .filter(key -> filter.accept(new Path(key)))
        .map(MemoryCheckpoints::status)
        .filter(Objects::nonNull)
        .toArray(FileStatus[]::new);
  }

  @Override
  public void mkdirs(Path path) {
    for (Path folder = path; folder != null; folder = folder.getParent()) {
      Stored there = ENTRIES.putIfAbsent(key(folder), Stored.folder());
      if (there != null && !there.isFolder()) {
        throw thrown(new FileAlreadyExistsException(folder + " is a file"));
      }
    }
  }

  @Override
  public boolean exists(Path path) {
    return find(key(path)) != null;
  }

  /** A file, or a folder with all that is below; no error where there is none. */
  @Override
  public void delete(Path path) {
    remove(key(path));
  }

  /** Nothing else has to be able to reach it: true, as for a local disk. */
  @Override
  public boolean isLocal() {
    return true;
  }

  @Override
  public Path createCheckpointDirectory() {
    mkdirs(root);
    return root;
  }

  /** With the scheme, without a slash at the end; {@link Path} has put it into its normal form. */
  private static String key(Path path) {
    return path.toString();
  }

  private static String prefix(String folder) {
    return folder.endsWith("/") ? folder : folder + "/";
  }

  private static Map<String, Stored> below(String folder) {
    // The character after '/' ends the range.
    String prefix = prefix(folder);
    return ENTRIES.subMap(prefix, false, prefix.substring(0, prefix.length() - 1) + "0", false);
  }

  private static Stored find(String key) {
    Stored stored = ENTRIES.get(key);
    return stored == null && !below(key).isEmpty() ? Stored.folder() : stored;
  }

  private static Stored existing(Path path) {
    Stored stored = find(key(path));
    if (stored == null) {
      throw thrown(new FileNotFoundException("there is no " + path));
    }
    return stored;
  }

  /** What Spark's callers catch. Its interface, written in Scala, has these exceptions and does not declare them. */
  @SuppressWarnings("unchecked")
  private static <E extends Exception> RuntimeException thrown(IOException problem) throws E {
    throw (E) problem;
  }

  /** @return null if it is gone by now */
  private static FileStatus status(String key) {
    Stored stored = find(key);
    if (stored == null) {
      return null;
    }
    int length = stored.isFolder() ? 0 : stored.content().length;
    return new FileStatus(length, stored.isFolder(), 1, length, stored.modified(), new Path(key));
  }

  private static void remove(String key) {
    ENTRIES.remove(key);
    below(key).clear();
  }

  /** A file that is there in full once it is closed, and never if that is cancelled. */
  private static final class AtomicFile extends CancellableFSDataOutputStream {
    private final Path path;
    private final boolean overwrite;
    private final ByteArrayOutputStream bytes;
    private boolean ended;

    AtomicFile(Path path, boolean overwrite, ByteArrayOutputStream bytes) {
      super(bytes);
      this.path = path;
      this.overwrite = overwrite;
      this.bytes = bytes;
    }

    /** @throws FileAlreadyExistsException if the file is there and must not be overwritten: a second query writes here */
    @Override
    public synchronized void close() throws IOException {
      if (ended) {
        return;
      }
      ended = true;
      super.close();
      Stored stored = Stored.file(bytes.toByteArray());
      if (overwrite) {
        ENTRIES.put(key(path), stored);
      } else if (ENTRIES.putIfAbsent(key(path), stored) != null) {
        throw new FileAlreadyExistsException(path + " is there already");
      }
    }

    @Override
    public synchronized void cancel() {
      ended = true;
    }
  }
}
