package report

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/slamon/slamon/sla"
)

// maxCorrections bounds what is read of a file: one a day for a hundred years.
const maxCorrections = 36_500

// ReadCorrections reads the answer of /api/v1/corrections?claim=… as it was saved, so that
// a verdict can be recomputed with what was corrected. The name is for complaints.
func ReadCorrections(r io.Reader, name string) ([]sla.Correction, error) {
	const remedy = "try: the answer of /api/v1/corrections?claim=ID, saved to a file"
	var said struct {
		Corrections *[]sla.Correction `json:"corrections"`
	}
	if err := json.NewDecoder(r).Decode(&said); err != nil {
		return nil, fmt.Errorf("%s: these are no corrections as the API gives them: %w\n%s", name, err, remedy)
	}
	if said.Corrections == nil || len(*said.Corrections) > maxCorrections {
		return nil, fmt.Errorf("%s: want a list named corrections, of %d at most\n%s", name, maxCorrections, remedy)
	}
	for i, c := range *said.Corrections {
		if err := c.Check(false); err != nil {
			return nil, fmt.Errorf("%s: correction %d: %w\n%s", name, i+1, err, remedy)
		}
		if first := (*said.Corrections)[0].Claim; c.Claim != first {
			return nil, fmt.Errorf("%s: corrections of the claims %s and %s: a verdict is on one\n%s", name, first, c.Claim, remedy)
		}
	}
	return *said.Corrections, nil
}
