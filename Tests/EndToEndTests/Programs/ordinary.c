#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <stdarg.h>
#include <setjmp.h>
#include <math.h>
#include <stdint.h>
#include <complex.h>
#include <alloca.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
struct big { int a[10]; double d; char c; };
struct big mk(int x){ struct big b; for(int i=0;i<10;i++) b.a[i]=x*i; b.d=x/3.0; b.c='a'+x%26; return b; }
struct two { long long a; double b; }; struct two mk2(int x){ struct two t={x*1000000007LL, x*1.5}; return t; }
int sum(int n,...){ va_list v; va_start(v,n); int s=0; for(int i=0;i<n;i++) s+=va_arg(v,int); va_end(v); return s; }
double dsum(int n,...){ va_list v; va_start(v,n); double s=0; for(int i=0;i<n;i++) s+=va_arg(v,double); va_end(v); return s; }
int sw(int x){ switch(x){case 0:return 3;case 1:return 9;case 2:return 27;case 3:return 81;case 4:return 5;case 5:return 15;case 6:return 45;case 7: return 7;case 8: return 21;case 9:return 63;case 20: return 2;default:return -1;} }
typedef int (*fn)(int,int); int add(int a,int b){return a+b;} int sub(int a,int b){return a-b;} int mul(int a,int b){return a*b;}
fn table[]={add,sub,mul};
int cmp(const void*a,const void*b){ return *(int*)a-*(int*)b; }
jmp_buf jb; void deep(int n){ if(n==0) longjmp(jb,42); deep(n-1); }
int vla(int n){ int a[n]; for(int i=0;i<n;i++) a[i]=i*i; int s=0; for(int i=0;i<n;i++) s+=a[i]; char*p=alloca(n*2); memset(p,n,n*2); return s+p[n]; }
struct __attribute__((packed)) pk { char a; int b; short c; };
struct bf { unsigned a:3,b:7,c:22; int d:5; };
_Thread_local int tls=7; static _Thread_local char tbuf[100];
int fib(int n){ return n<2?n:fib(n-1)+fib(n-2); }
int goto_t(int n){ static void*l[]={&&a,&&b,&&c}; int r=0; for(int i=0;i<n;i++){ goto *l[i%3]; a: r+=1; continue; b: r+=10; continue; c: r+=100; } return r; }
void aligned(void){ _Alignas(64) char buf[128]; volatile uintptr_t p=(uintptr_t)buf; printf("al %d\n",(int)(p%64)); }
unsigned long long udiv(unsigned long long a,unsigned long long b){return a/b+a%b;}
int nobody(int) __attribute__((weak)); __attribute__((noinline)) int perhaps(int x){ if(nobody) x+=nobody(x)*3; return x; } __attribute__((noinline)) int orelse(int x){ return nobody ? nobody(x) : -x; }
int main(int c,char**v){
 printf("%d %d\n",perhaps(5),orelse(6));
 struct big b=mk(7); printf("%d %f %c\n",b.a[9],b.d,b.c); struct two t=mk2(3); printf("%lld %g\n",t.a,t.b);
 printf("%d %f\n",sum(5,1,2,3,4,5),dsum(3,1.5,2.5,3.25)); for(int i=-1;i<25;i++) printf("%d ",sw(i)); puts("");
 for(int i=0;i<3;i++) printf("%d ",table[i](20,6)); puts(""); int a[20]; for(int i=0;i<20;i++) a[i]=(i*7919)%101; qsort(a,20,sizeof*a,cmp); for(int i=0;i<20;i++) printf("%d ",a[i]); puts("");
 int r=setjmp(jb); if(!r) deep(50); printf("sj %d\n",r); printf("vla %d\n",vla(33));
 struct pk p={1,0x12345678,9}; printf("%zu %x %d\n",sizeof p,p.b,p.c); struct bf f={5,100,123456,-7}; printf("%u %u %u %d\n",f.a,f.b,f.c,f.d);
 tls+=3; strcpy(tbuf,"thread"); printf("%d %s\n",tls,tbuf); printf("fib %d goto %d\n",fib(20),goto_t(10)); aligned();
 printf("%llu %lld\n",udiv(0xfedcba9876543210ULL,0x12345ULL),-1234567890123456789LL/987654321LL);
 printf("%.10g %.10g %.10g %.10g\n",sin(1.0),pow(2.5,3.5),exp(1.0),log(10)); printf("%Lf %Lg\n",sqrtl(2.0L),powl(1.1L,10)); double complex z=csqrt(-3+4*I); printf("%g %g\n",creal(z),cimag(z)); z=z*z/(1+2*I); printf("%g %g\n",creal(z),cimag(z));
 __int128 q=(__int128)1<<100; q/=12345; printf("%llu\n",(unsigned long long)q); uint64_t m=0; for(int i=0;i<64;i+=3) m|=1ULL<<i; printf("%" PRIx64 " %d %d %d\n",m,__builtin_popcountll(m),__builtin_ctzll(m),__builtin_clzll(m>>3));
 char buf[200]; snprintf(buf,sizeof buf,"%5d|%-8s|%08.3f|%x|%o|%e|%c|%%",42,"abc",3.14159,255,8,12345.678,'z'); puts(buf);
 int x,y; float fl; sscanf("12 34 5.5","%d %d %f",&x,&y,&fl); printf("%d %d %g\n",x,y,fl); char *s=strdup("a,b;c"); for(char*k=strtok(s,",;");k;k=strtok(0,",;")) printf("[%s]",k); puts(""); free(s);
 double mtx[8][8],o[8][8]={0}; for(int i=0;i<8;i++)for(int j=0;j<8;j++) mtx[i][j]=i*j+1.0/(1+i+j); for(int i=0;i<8;i++)for(int j=0;j<8;j++)for(int k=0;k<8;k++) o[i][j]+=mtx[i][k]*mtx[k][j]; printf("%.6f\n",o[5][6]);
 float ff[100]; for(int i=0;i<100;i++) ff[i]=sqrtf(i)*1.1f; float fs=0; for(int i=0;i<100;i++) fs+=ff[i]; printf("%f\n",fs); unsigned char h[256]; for(int i=0;i<256;i++) h[i]=i^(i>>3); unsigned cr=0; for(int i=0;i<256;i++) cr=(cr<<5|cr>>27)^h[i]; printf("%u\n",cr); char *e; errno=0; long long ll=strtoll("-99999999999",&e,10); printf("%lld %d %g\n",ll,errno,strtod("1e-3",0)); printf("%d %d\n",toupper('q'),isdigit('7') != 0); int *big=calloc(1000000,4); for(int i=0;i<1000000;i+=1000) big[i]=i; long long tot=0; for(int i=0;i<1000000;i++) tot+=big[i]; printf("%lld\n",tot); big=realloc(big,8000000); free(big); memmove(buf+3,buf,20); buf[30]=0; puts(buf); fprintf(stderr,"err\n"); return (int)(tot%200);
}
