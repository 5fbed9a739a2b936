package deploy_test

import (
	"context"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pageLink finds links of dashboards, of the data source and of alerts to slamon's own
// pages.
var pageLink = regexp.MustCompile(`(?:\$\{slamon:raw\}|http://localhost:9780)(/[^"\s]*)`)

// shownIn is something of the demo for every kind of page.
var shownIn = map[string]string{"checks": "meeting-room", "claims": "meeting-disclosed", "devices": "gateway", "services": "meeting"}

// checkPages follows every link to slamon's own pages, with something of the demo for
// what a reader would have clicked on.
func checkPages(t *testing.T, ctx context.Context, demo string) {
	t.Helper()
	paths := map[string]string{}
	for _, file := range slices.Concat(files(t, "grafana/dashboards/*.json"), files(t, "grafana/provisioning/datasources/*.yml"), files(t, "prometheus/*.rules.yml")) {
		for _, m := range pageLink.FindAllStringSubmatch(string(read(t, file)), -1) {
			kind, variable, _ := strings.Cut(strings.TrimPrefix(m[1], "/"), "/")
			if kind == "incidents" && variable != "" {
				continue // its name is known only once there is one
			}
			if variable != "" {
				kind += "/" + shownIn[kind]
			}
			paths["/"+kind] = file
		}
	}
	for path, file := range paths {
		r, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+demo+path, nil)
		if err != nil {
			t.Fatal(err)
		}
		answer, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		answer.Body.Close()
		if answer.StatusCode != http.StatusOK {
			t.Errorf("%s leads to %s, which answers %s", file, path, answer.Status)
		}
	}
	if len(paths) < len(shownIn) {
		t.Errorf("only %v are linked to", paths)
	}
}
