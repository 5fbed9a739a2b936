package daemon

import (
	"net"
	"path/filepath"
	"testing"
)

// TestSensor has a server that a connection is kept open to, and that goes away.
func TestSensor(t *testing.T) {
	server, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	open := make(chan net.Conn, 100)
	served := make(chan struct{})
	go func() {
		defer close(served)
		for {
			conn, err := server.Accept()
			if err != nil {
				return
			}
			open <- conn
		}
	}()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "slamon.toml"), `
[storage]
path = "slamon.db"
backup_directory = ""
[[service]]
id = "web"
[[service.check]]
id = "front"
interval = "2s"
timeout = "1s"
reprobe = "200ms"
sensor = true
tcp = { address = "`+server.Addr().String()+`" }
`)
	l := live(t, dir, "http", "")
	l.until("/metrics", `slamon_sensors{state="connected"} 1`)
	server.Close()
	<-served
	close(open)
	for conn := range open {
		conn.Close()
	}
	l.until("/metrics", `slamon_sensor_breaks_total{action="probed"} 1`)
	l.until("/api/v1/incidents", `"check":"front"`)
}
