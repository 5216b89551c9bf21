package io.shoppipe.stream;

import java.io.ByteArrayInputStream;
import java.io.EOFException;
import java.io.IOException;
import org.apache.hadoop.fs.PositionedReadable;
import org.apache.hadoop.fs.Seekable;

/** Bytes in memory as Hadoop wants to read them. */
final class MemoryInput extends ByteArrayInputStream implements Seekable, PositionedReadable {
  MemoryInput(byte[] content) {
    super(content);
  }

  @Override
  public synchronized void seek(long position) throws IOException {
    if (position < 0 || position > count) {
      throw new EOFException("position " + position + " of " + count + " bytes");
    }
    pos = (int) position;
  }

  @Override
  public synchronized long getPos() {
    return pos;
  }

  /** There is one copy only. */
  @Override
  public boolean seekToNewSource(long position) {
    return false;
  }

  @Override
  public int read(long position, byte[] buffer, int offset, int length) {
    if (position >= count) {
      return -1;
    }
    int most = (int) Math.min(length, count - position);
    System.arraycopy(buf, (int) position, buffer, offset, most);
    return most;
  }

  @Override
  public void readFully(long position, byte[] buffer, int offset, int length) throws IOException {
    if (position + length > count) {
      throw new EOFException("position " + (position + length) + " of " + count + " bytes");
    }
    System.arraycopy(buf, (int) position, buffer, offset, length);
  }

  @Override
  public void readFully(long position, byte[] buffer) throws IOException {
    readFully(position, buffer, 0, buffer.length);
  }
}
