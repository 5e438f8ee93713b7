"""What is made from results and from nothing else: the same results make the same bytes."""

from tracekit.conformance.report_lines import Report
from tracekit.conformance.report_pages import certificate, page
from tracekit.conformance.report_tables import junit, summary

CERTIFICATE = "certificate.html"


def derived(report: Report) -> dict[str, bytes]:
    """The files of a report by their names; a certificate only where the system conforms."""
    files = {"report.html": page(report), "junit.xml": junit(report), "summary.csv": summary(report)}
    return {**files, CERTIFICATE: certificate(report)} if report.footer.conformant else files
