package authserver

import (
	"cmp"
	"maps"
	"net/http"

	"gmailoauth/internal/sandbox/scenario"
)

// saidByCloud is what an effect says in the shape of Google's APIs.
func saidByCloud(e *scenario.Effect) (answer, bool) {
	if e.Error == "" || e.Body != "" {
		return said(e)
	}
	a := cloudRefusal(cmp.Or(e.Status, http.StatusForbidden), e.Error, e.Description, e.Parameters)
	maps.Copy(a.header, e.Headers)
	return a, true
}

func cloudRefusal(status int, name, message string, parameters map[string]string) answer {
	fields := map[string]any{"code": status, "message": message, "status": name}
	if details := cloudDetails(parameters); len(details) > 0 {
		fields["details"] = details
	}
	return inJSON(status, map[string]any{"error": fields})
}

func cloudDetails(parameters map[string]string) []any {
	var details []any
	if reason := parameters["reason"]; reason != "" {
		metadata := map[string]string{}
		for _, key := range []string{"service", "consumer"} {
			if parameters[key] != "" {
				metadata[key] = parameters[key]
			}
		}
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason, "domain": "googleapis.com", "metadata": metadata})
	}
	if kind := parameters["violation"]; kind != "" {
		details = append(details, map[string]any{"@type": "type.googleapis.com/google.rpc.PreconditionFailure",
			"violations": []any{map[string]string{"type": kind, "subject": parameters["subject"], "description": parameters["words"]}}})
	}
	return details
}
