package daemon

import (
	"errors"

	"github.com/slamon/slamon/alert"
	"github.com/slamon/slamon/config"
	"github.com/slamon/slamon/notify"
)

// Channels makes the senders of a configuration. Templates that fail are found here,
// all of them, with their lines.
func Channels(cfg *config.Config) (map[alert.Channel]notify.Channel, error) {
	ready := make(map[alert.Channel]notify.Channel, len(cfg.Notify.Channels))
	var complaints config.Complaints
	for _, l := range cfg.Notify.Channels {
		sender, err := notify.New(l)
		if err != nil {
			complaints = append(complaints, cfg.Part(l.ID, "body", "channel \""+string(l.ID)+"\": "+err.Error(),
				"correct it; slamon notify test "+string(l.ID)+" tries it"))
			continue
		}
		texts, err := notify.NewTexts(l.Template, cfg.Zone)
		var failed *notify.TemplateError
		if errors.As(err, &failed) {
			complaints = append(complaints, cfg.Part(l.ID, failed.Part, "channel \""+string(l.ID)+"\": template of its "+failed.Error(),
				"{{.Subject}}, {{.Text}}, {{.Link}}, {{range .Notice.Conditions}}{{.Title}}{{end}}; config.example.toml shows more"))
			continue
		}
		ready[l.ID] = notify.Channel{Sender: sender, Timeout: l.Timeout, Language: l.Language, Texts: texts}
	}
	if len(complaints) > 0 {
		return nil, complaints
	}
	return ready, nil
}
