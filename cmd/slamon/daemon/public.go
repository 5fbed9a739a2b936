package daemon

import (
	"context"
	"fmt"
	"net"

	"github.com/slamon/slamon/web"
)

// runPublic serves the view for anybody on its own address until ctx is done. What it
// shows is public, so it has no passwords; TLS comes from a web configuration file of
// its own, or from a proxy that stands before it.
func (d *Daemon) runPublic(ctx context.Context) error {
	address := d.config.Load().Web.PublicListenAddress
	if address == "" {
		<-ctx.Done()
		return nil
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return fmt.Errorf("cannot listen on %s: %w\ntry: another web.public_listen_address, or stop what listens there", address, err)
	}
	d.log.Info("public view", "address", listener.Addr())
	handler, err := web.NewPublic(web.Options{Board: d.boards.current.Load, History: pages{d.store}, Ledger: stating{d}, Log: d.log})
	if err != nil {
		listener.Close()
		return err
	}
	return d.serveWeb(ctx, listener, handler, d.config.Load().Web.PublicConfigFile)
}
