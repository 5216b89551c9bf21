package io.shoppipe.pgcopy;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Stands between pgjdbc and the server, and breaks the first connection that says COMMIT: before the server hears it, or before the
 * client hears back.
 */
final class CuttingProxy implements AutoCloseable {
  private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
  private final List<Socket> sockets = new CopyOnWriteArrayList<>();
  private final URI server = URI.create(Db.url().substring("jdbc:".length()));
  private final boolean beforeServer;
  private volatile boolean cut;

  CuttingProxy(boolean beforeServer) throws IOException {
    this.beforeServer = beforeServer;
    start(
        () -> {
          while (true) {
            Socket client = track(listener.accept());
            Socket upstream = track(new Socket(server.getHost(), server.getPort() < 0 ? 5432 : server.getPort()));
            boolean[] silent = {false};
            start(() -> toServer(client, upstream, silent));
            start(() -> toClient(upstream, client, silent));
          }
        });
  }

  /** The same database by way of this proxy; without TLS, as the proxy has to read along. */
  String url() {
    return "jdbc:postgresql://127.0.0.1:" + listener.getLocalPort() + server.getPath() + "?sslmode=disable&gssEncMode=disable";
  }

  /** How many connections were opened through it. */
  int connections() {
    return sockets.size() / 2;
  }

  /** Ends all connections without a word, as a server that is killed does. */
  void drop() throws IOException {
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void toServer(Socket client, Socket upstream, boolean[] silent) throws IOException {
    byte[] bytes = new byte[1 << 16];
    InputStream in = client.getInputStream();
    OutputStream out = upstream.getOutputStream();
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      if (!cut && new String(bytes, 0, n, StandardCharsets.ISO_8859_1).contains("COMMIT")) {
        cut = true;
        if (beforeServer) {
          upstream.close();
          client.close();
          return;
        }
        silent[0] = true;
      }
      out.write(bytes, 0, n);
    }
    upstream.close();
  }

  private void toClient(Socket upstream, Socket client, boolean[] silent) throws IOException {
    byte[] bytes = new byte[1 << 16];
    InputStream in = upstream.getInputStream();
    for (int n = in.read(bytes); n >= 0; n = in.read(bytes)) {
      if (silent[0]) {
        // the server's answer to COMMIT is here: it is done, and nobody will be told
        client.close();
        upstream.close();
        return;
      }
      client.getOutputStream().write(bytes, 0, n);
    }
    client.close();
  }

  private Socket track(Socket socket) {
    sockets.add(socket);
    return socket;
  }

  private interface Work {
    void run() throws IOException;
  }

  private static void start(Work work) {
    Thread thread =
        new Thread(
            () -> {
              try {
                work.run();
              } catch (IOException e) {
                // one of the ends closed, which is how every connection ends here
              }
            });
    thread.setDaemon(true);
    thread.start();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    drop();
  }
}
