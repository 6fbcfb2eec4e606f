package diagnosis_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"gmailoauth/internal/diagnosis"
)

// makers are functions of ours whose first argument is the code of a symptom.
var makers = map[string]string{
	"cmd/gmailoauth inputSymptom":  diagnosis.AtInput,
	"cmd/gmailoauth badChoice":     diagnosis.AtInput,
	"internal/google symptom":      diagnosis.AtProvider,
	"internal/account refuse":      diagnosis.AtClient,
	"internal/playbook refuse":     diagnosis.AtInput,
	"internal/adopt refuse":        diagnosis.AtInput,
	"cmd/gmailoauth cloudSymptom":  diagnosis.AtCloud,
	"internal/store/vault symptom": diagnosis.AtStore,
}

var places = map[string]string{
	"AtInput": diagnosis.AtInput, "AtClient": diagnosis.AtClient, "AtStore": diagnosis.AtStore, "AtProvider": diagnosis.AtProvider,
	"AtAuthorize": diagnosis.AtAuthorize, "AtCallback": diagnosis.AtCallback, "AtToken": diagnosis.AtToken,
	"AtRevoke": diagnosis.AtRevoke, "AtIdentity": diagnosis.AtIdentity, "AtLifetime": diagnosis.AtLifetime,
	"AtConnect": diagnosis.AtConnect, "AtIMAP": diagnosis.AtIMAP, "AtSMTP": diagnosis.AtSMTP, "AtPOP3": diagnosis.AtPOP3,
	"AtMail": diagnosis.AtMail, "AtCloud": diagnosis.AtCloud, "AtBug": diagnosis.AtBug,
}

type made struct {
	where, code string
	at          token.Position
}

// Every refusal that our own code makes has an entry of its own: nobody is told
// "unknown" by the program that made the word.
func TestOurOwnRefusalsAreExplained(t *testing.T) {
	c, err := diagnosis.Load("en")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, m := range refusals(t) {
		seen[m.where+" "+m.code] = true
		got := c.Explain(&diagnosis.Symptom{Where: m.where, Code: m.code}, nil)
		if strings.HasPrefix(got.Name, "unknown-") && got.Name != "unknown-"+strings.TrimPrefix(m.code, "unknown-") || got.Name == "bug" && m.where != diagnosis.AtBug {
			t.Errorf("%s: %s %s has no entry in the catalogue (%s)", m.at, m.where, m.code, got.Name)
		}
	}
	if len(seen) < 50 {
		t.Errorf("%d refusals found in the source: the test looks in the wrong place", len(seen))
	}
}

func refusals(t *testing.T) []made {
	t.Helper()
	var list []made
	files := token.NewFileSet()
	for _, top := range []string{"internal", "cmd"} {
		err := filepath.WalkDir(filepath.Join("..", "..", top), func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			file, err := parser.ParseFile(files, path, nil, parser.SkipObjectResolution)
			if err != nil {
				return err
			}
			room := strings.TrimPrefix(filepath.ToSlash(filepath.Dir(path)), "../../")
			ast.Inspect(file, func(n ast.Node) bool {
				where, code := "", ""
				switch n := n.(type) {
				case *ast.CompositeLit:
					where, code = literal(n)
				case *ast.CallExpr:
					where, code = call(room, n)
				default:
					return true
				}
				if where != "" && code != "" {
					list = append(list, made{where, code, files.Position(n.Pos())})
				}
				return true
			})
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return list
}

// literal reads a Symptom{Where: AtX, Code: "…"} whose two are constant.
func literal(n *ast.CompositeLit) (where, code string) {
	if name(n.Type) != "Symptom" {
		return "", ""
	}
	for _, element := range n.Elts {
		pair, ok := element.(*ast.KeyValueExpr)
		if !ok {
			continue
		}
		switch name(pair.Key) {
		case "Where":
			where = places[name(pair.Value)]
		case "Code":
			code = text(pair.Value)
		}
	}
	return where, code
}

func call(room string, n *ast.CallExpr) (where, code string) {
	where, ok := makers[room+" "+name(n.Fun)]
	if !ok || len(n.Args) == 0 {
		return "", ""
	}
	return where, text(n.Args[0])
}

func name(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.Ident:
		return e.Name
	case *ast.SelectorExpr:
		return e.Sel.Name
	}
	return ""
}

func text(e ast.Expr) string {
	if lit, ok := e.(*ast.BasicLit); ok && lit.Kind == token.STRING {
		value, _ := strconv.Unquote(lit.Value)
		return value
	}
	return ""
}
