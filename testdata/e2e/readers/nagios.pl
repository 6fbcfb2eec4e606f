# Monitoring::Plugin reads performance data as graphing tools do.
use strict;
use warnings;
use Monitoring::Plugin::Performance;

open my $in, '<', $ARGV[0] or die "$ARGV[0]: $!\n";
my ($first, @more) = <$in>;
die "no line of a plugin: $first" unless $first =~ /^(GMAILOAUTH (?:OK|WARNING|CRITICAL|UNKNOWN) - [^|]+) \| ([^|]+)\n\z/;
my ($says, $data) = ($1, $2);
die "performance data below the first line\n" if grep { /\|/ } @more;
my @found = Monitoring::Plugin::Performance->parse_perfstring($data);
my $words = () = $data =~ /=/g;
die "of $words values ", scalar(@found), " can be read\n" unless @found == $words;
print "$says\n";
for my $p (@found) {
    die "value of ", $p->label, ": ", $p->value, "\n" unless $p->value =~ /^[0-9.]+\z/;
    my $above = defined $p->threshold && $p->threshold->critical->is_set ? " critical above " . $p->threshold->critical->end : "";
    print $p->label, $p->uom ? " in " . $p->uom : "=" . $p->value, "$above \n";
}
