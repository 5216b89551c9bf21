package io.shoppipe.stream;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.hadoop.conf.Configuration;
import org.apache.hadoop.fs.FSDataInputStream;
import org.apache.hadoop.fs.FileAlreadyExistsException;
import org.apache.hadoop.fs.FileStatus;
import org.apache.hadoop.fs.GlobFilter;
import org.apache.hadoop.fs.Path;
import org.apache.spark.sql.execution.streaming.checkpointing.CheckpointFileManager.CancellableFSDataOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What Spark asks of a CheckpointFileManager; MemoryCheckpointQueryTest has Spark ask. */
class MemoryCheckpointsTest {
  private final String root = "memory:/" + UUID.randomUUID();
  private final MemoryCheckpoints files = new MemoryCheckpoints(new Path(root), new Configuration(false));

  @AfterEach
  void forget() {
    MemoryCheckpoints.forget(root);
  }

  private Path path(String below) {
    return new Path(root + "/" + below);
  }

  private void write(String below, String text, boolean overwrite) throws IOException {
    try (CancellableFSDataOutputStream out = files.createAtomic(path(below), overwrite)) {
      out.write(text.getBytes(StandardCharsets.UTF_8));
    }
  }

  private List<String> list(String below, String glob) throws IOException {
    return Arrays.stream(files.list(path(below), new GlobFilter(glob))).map(status -> status.getPath().getName()).toList();
  }

  @Test
  void aFileIsThereOnceItIsClosed() throws IOException {
    CancellableFSDataOutputStream out = files.createAtomic(path("offsets/0"), false);
    out.write(new byte[] {'v', '1'});
    assertFalse(files.exists(path("offsets/0")));
    assertNull(MemoryCheckpoints.read(root + "/offsets/0"));
    out.close();
    out.close();
    assertEquals("v1", MemoryCheckpoints.read(root + "/offsets/0"));
    try (FSDataInputStream in = files.open(path("offsets/0"))) {
      assertEquals("v1", new String(in.readAllBytes(), StandardCharsets.UTF_8));
      in.seek(1);
      assertEquals('1', in.read());
      assertEquals(2, in.getPos());
    }
  }

  @Test
  void oneThatIsCancelledNeverIs() throws IOException {
    CancellableFSDataOutputStream out = files.createAtomic(path("offsets/0"), false);
    out.write('x');
    out.cancel();
    out.close();
    assertFalse(files.exists(path("offsets/0")));
  }

  @Test
  void theSecondWriterOfABatchIsTold() throws IOException {
    write("offsets/0", "first", false);
    assertThrows(FileAlreadyExistsException.class, () -> write("offsets/0", "second", false));
    assertEquals("first", MemoryCheckpoints.read(root + "/offsets/0"));
    write("offsets/0", "third", true);
    assertEquals("third", MemoryCheckpoints.read(root + "/offsets/0"));
  }

  @Test
  void ofManyWritersAtOnceOneWins() {
    long winners =
        IntStream.range(0, 200)
            .parallel()
            .filter(
                n -> {
                  try {
                    write("commits/" + n % 4, "writer " + n, false);
                    return true;
                  } catch (IOException e) {
                    return false;
                  }
                })
            .count();
    assertEquals(4, winners);
  }

  @Test
  void aFolderListsWhatIsRightBelow() throws IOException {
    files.mkdirs(path("offsets"));
    assertEquals(List.of(), list("offsets", "*"));
    for (String name : List.of("offsets/0", "offsets/1", "offsets/10", "offsets/11.tmp", "sources/0/0", "offsets2/x")) {
      write(name, "12345", false);
    }
    assertEquals(List.of("0", "1", "10", "11.tmp"), list("offsets", "*"));
    assertEquals(List.of("10"), list("offsets", "1?"));
    assertEquals(List.of("offsets", "offsets2", "sources"), list("", "*"));
    FileStatus[] sources = files.list(path("sources"), new GlobFilter("*"));
    assertTrue(sources[0].isDirectory());
    FileStatus file = files.list(path("offsets"), new GlobFilter("0"))[0];
    assertEquals(5, file.getLen());
    assertTrue(file.isFile());
    assertThrows(FileNotFoundException.class, () -> files.list(path("nowhere"), new GlobFilter("*")));
    assertThrows(FileNotFoundException.class, () -> files.open(path("nowhere")));
    assertThrows(FileNotFoundException.class, () -> files.open(path("sources")));
    assertThrows(FileAlreadyExistsException.class, () -> files.mkdirs(path("offsets/0")));
  }

  @Test
  void deletingAFolderDeletesWhatIsBelow() throws IOException {
    for (String name : List.of("state/0/1", "state/1", "state2")) {
      write(name, "", false);
    }
    files.delete(path("state"));
    files.delete(path("state"));
    assertFalse(files.exists(path("state/0/1")));
    assertFalse(files.exists(path("state")));
    assertTrue(files.exists(path("state2")));
  }

  @Test
  void rootsStandBesideEachOther() throws IOException {
    String other = root + "-2";
    MemoryCheckpoints beside = new MemoryCheckpoints(new Path(other), new Configuration(false));
    assertEquals(new Path(other), beside.createCheckpointDirectory());
    write("metadata", "mine", false);
    assertTrue(beside.exists(new Path(other)));
    assertEquals(0, beside.list(new Path(other), new GlobFilter("*")).length);
    MemoryCheckpoints.forget(root);
    assertFalse(files.exists(new Path(root)));
    assertTrue(beside.exists(new Path(other)));
    MemoryCheckpoints.forget(other);
    assertFalse(beside.exists(new Path(other)));
  }
}
